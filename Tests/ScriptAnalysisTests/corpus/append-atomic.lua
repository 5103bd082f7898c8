fs.write("x", "y", { append = true, atomic = true }) --> wrong-value: fs.write: append and atomic exclude each other

fs.write("x.txt") --> missing-argument: fs.write: text is missing

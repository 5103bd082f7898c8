print("is there: " .. fs.exists("x")) --> wrong-type: cannot be joined to a text

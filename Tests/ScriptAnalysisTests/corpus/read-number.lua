print(io.read("n")) --> wrong-value: tonumber(io.read())

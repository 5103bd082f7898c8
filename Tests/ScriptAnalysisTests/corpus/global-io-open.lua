local f = io.open("x.txt") --> not-available: read a file whole with fs.read
print(f)

local n = 1
n == 2 --> syntax: an assignment is written with one =

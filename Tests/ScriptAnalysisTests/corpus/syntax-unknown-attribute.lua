local f <final> = 5 --> syntax: there is no attribute final
print(f)

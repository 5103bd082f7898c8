local n = 12abc --> syntax: 12abc is no number
print(n)

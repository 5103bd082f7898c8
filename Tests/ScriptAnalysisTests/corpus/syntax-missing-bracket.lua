print(("x"):upper()
print(2) --> syntax: expected )

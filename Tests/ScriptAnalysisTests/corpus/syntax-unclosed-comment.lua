--[[ --> syntax: the comment that begins here is not closed
print(1)

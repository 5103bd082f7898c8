local s = [==[ --> syntax: the string that begins here is not closed
hello ]]
print(s)

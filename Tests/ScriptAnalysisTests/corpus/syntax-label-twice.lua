::again::
print(1)
::again:: --> syntax: the label again is there already

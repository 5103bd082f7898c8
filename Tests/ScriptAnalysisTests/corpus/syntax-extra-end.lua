local x = 1
print(x)
end --> syntax: end does not belong here

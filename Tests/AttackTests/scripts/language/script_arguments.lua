-- idea: the arguments and the name of the script hold more than they should
-- out: script.lua	nil	nil
print(arg[0], arg[-1], arg[1])

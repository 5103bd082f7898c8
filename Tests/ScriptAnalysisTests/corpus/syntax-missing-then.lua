if arg[1]
  print("one") --> syntax: expected then, found print
end

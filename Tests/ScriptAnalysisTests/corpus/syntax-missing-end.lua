if arg[1] then
  print("one") --> syntax: expected end, found the end of the script

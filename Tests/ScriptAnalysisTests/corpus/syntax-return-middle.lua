local function f()
  return 1
  print("never") --> syntax: return is the last statement
end
print(f())

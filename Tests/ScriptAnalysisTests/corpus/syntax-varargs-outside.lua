local function f(a)
  return a, ... --> syntax: write the function as: function(...)
end
print(f(1))

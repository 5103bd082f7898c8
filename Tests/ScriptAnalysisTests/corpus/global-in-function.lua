local function f()
  return undefinedThing --> unknown-global: there is no global undefinedThing
end
print(f())

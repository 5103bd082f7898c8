do
  local inner = 1
  print(inner)
end
print(inner) --> unknown-global: there is no global inner

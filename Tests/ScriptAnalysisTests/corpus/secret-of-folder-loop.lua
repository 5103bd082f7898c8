for name, handle in pairs(getSecrets()) do
  print(name .. "=" .. handle) --> secret-misuse: cannot be joined to a text
end

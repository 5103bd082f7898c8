-- idea: a global that no allow-list names
-- out: table
-- out: nil nil nil nil nil nil nil nil
print(type(_G))
print(tostring(package) .. " " .. tostring(ffi) .. " " .. tostring(bit32) .. " " .. tostring(loadstring) .. " " .. tostring(setfenv) .. " "
  .. tostring(string.dump) .. " " .. tostring(debug.getregistry) .. " " .. tostring(host))
for name, value in pairs(_G) do
  if type(value) == "userdata" then print(name) end
end

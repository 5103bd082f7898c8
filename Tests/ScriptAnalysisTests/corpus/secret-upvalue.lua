local token = getSecret("T")
local function header()
  return "Bearer " .. token --> secret-misuse: cannot be joined to a text
end
print(header())

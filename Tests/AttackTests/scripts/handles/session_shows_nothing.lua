-- idea: a session's text, fields and errors hold the token or the client's secret
-- out: 0 fields
local vault = login()
print(tostring(vault) and nil or "0 fields")
for _, field in ipairs { "token", "accessToken", "clientSecret", "clientId", "credentials", "headers", "url" } do
  if pcall(function() return vault[field] end) then print(field) end
  local _, e = pcall(function() return vault[field] end)
  io.stderr:write(tostring(e), "\n", tostring(vault), "\n")
end

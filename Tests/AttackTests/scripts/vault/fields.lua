-- idea: fields of a JSON value, asked for in odd ways, and the errors of those that are not there
-- out: [secret:CFG.token]	[secret:CFG.nested.deep]
-- out: 0 read
print(getSecret("CFG", { field = "token" }), getSecret("CFG", { field = "nested.deep" }))
local read = 0
for _, field in ipairs { "", ".", "..", "token.", ".token", "nested", "nested.", "n", "nested.deep.x", "__proto__", "token\0", "0", "length", "nested..deep", ("a."):rep(1000), "$", "*" } do
  local ok, e = pcall(getSecret, "CFG", { field = field })
  if ok then read = read + 1 print(field) end
  io.stderr:write(tostring(e), "\n")
end
print(read .. " read")

-- idea: a write that another one overtakes, which is an error with status 409, counts as if nothing had been written
-- oracle: same
-- out: changed by somebody else	denied
local vault = login()
local at = { path = "/web" }
for _ = 1, 200 do
  local version = vault:putSecret("OVERTAKEN", secret.random(16), at)
  local failure
  parallel{
    function()
      failure = select(2, pcall(vault.putSecret, vault, "OVERTAKEN", secret.template("guess", {}), { path = "/web", ifVersion = version }))
    end,
    function() vault:putSecret("OVERTAKEN", secret.random(16), at) end,
  }
  failure = tostring(failure)
  if failure:find("changed by somebody else", 1, true) then
    local ok, e = pcall(vault.getSecret, vault, "OVERTAKEN", at)
    print("changed by somebody else", ok or e.kind)
    break
  end
end
vault:deleteSecret("OVERTAKEN", at)

-- idea: a profile's name leads out of the folder of credentials
-- out: 0 logged in
spawn{ "sh", "-c", "umask 077; echo INFISICAL_DOMAIN=http://127.0.0.1:9 >evil.env" }
local logged = 0
for _, profile in ipairs { "../../../evil", "../x", "/etc/passwd", "a/b", "", ".", "..", "x\0", "%2e%2e/x", ("x"):rep(1000), "x\n", "~" } do
  local ok, e = pcall(login, { profile = profile })
  if ok then logged = logged + 1 print(profile) end
  if not ok and e.kind == "network" then print(profile, e.kind) end
end
print(logged .. " logged in")

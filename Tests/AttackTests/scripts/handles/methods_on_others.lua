-- idea: a secret's methods are called on what is no secret, and a session's on a secret
-- out: 0 worked
local s, vault = getSecret("TOKEN"), login()
local worked = 0
for _, other in ipairs { vault, io.stdout, {}, "x", 1, print, setmetatable({}, { __name = "secret", __index = s }) } do
  for _, method in ipairs { "name", "source", "close" } do
    if pcall(s[method], other) then worked = worked + 1 end
  end
end
for _, method in ipairs { "getSecret", "getSecrets", "names", "renew", "logout" } do
  if pcall(vault[method], s, "TOKEN") or pcall(vault[method], {}, "TOKEN") then worked = worked + 1 end
end
print(worked .. " worked")

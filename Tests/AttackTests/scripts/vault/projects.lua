-- idea: the project's name leads to another part of the server's API
-- out: 0 read
local read = 0
for _, project in ipairs { "..", "../..", "../../v1/auth", "x/y", "x?y=z", "x#y", "x%2fy", "\r\nX: y", "x\0", "", " ", ("p"):rep(5000), "\xff" } do
  if pcall(login, { project = project }) and pcall(getSecret, "TOKEN") then read = read + 1 print(project) end
  if pcall(getSecret, "TOKEN", { project = project }) then read = read + 1 print(project) end
end
print(read .. " read")

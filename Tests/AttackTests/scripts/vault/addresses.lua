-- idea: the address of a secret leads to another host, project or folder
-- out: 0 read
local read = 0
for _, address in ipairs {
  "infisical://", "infisical:///", "infisical://x", "infisical://x/dev/TOKEN", "infisical://evil.example/x/dev/TOKEN", "infisical://user:pw@x/dev/TOKEN", "infisical://../dev/TOKEN",
  "infisical://x/../dev/TOKEN", "infisical://x/dev/../TOKEN", "INFISICAL://x/dev/TOKEN", "infisical:x/dev/TOKEN", "http://127.0.0.1:9/TOKEN", "file:///etc/passwd", "infisical://x/dev//TOKEN",
  "infisical://x?/dev/TOKEN", "infisical://x/dev/TOKEN#y", "infisical://x/dev/TO\0KEN", "infisical://" .. ("x"):rep(4000) .. "/dev/TOKEN",
} do
  if pcall(getSecret, address) then read = read + 1 print(address) end
end
print(read .. " read")

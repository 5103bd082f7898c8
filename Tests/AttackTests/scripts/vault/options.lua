-- idea: odd values in the options of getSecret
-- out: 0 read
local read = 0
for _, options in ipairs {
  { version = -1 }, { version = 0 }, { version = 1 << 60 }, { version = 1.5 }, { version = "1" }, { version = "1&x=y" }, { version = {} }, { env = "prod" }, { env = "" }, { env = "dev/../dev" },
  { env = "dev&secretPath=/web" }, { env = {} }, { path = 1.5 }, { optional = "yes" }, { field = 1 }, { field = "" }, { reveal = true }, { raw = true }, { [1] = "x" }, { type = "personal" },
  { expand = true }, { field = "user", reveal = true },
} do
  if pcall(getSecret, "TOKEN", options) then read = read + 1 io.stderr:write(json.encode(options), "\n") end
end
print(read .. " read")

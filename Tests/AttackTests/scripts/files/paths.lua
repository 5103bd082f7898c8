-- idea: paths with NUL, of odd length and kind, and options that do not exist
-- out: 0 worked
local worked = 0
for _, path in ipairs { "", "\0", "a\0b", ("x"):rep(5000), ("x/"):rep(3000), "/dev/zero", "/dev/full", "/dev/tty", "none/none", "script.lua/x" } do
  for _, verb in ipairs { "read", "list", "mkdir", "remove" } do
    if pcall(fs[verb], path) and verb ~= "remove" then worked = worked + 1 print(verb, path:sub(1, 30)) end
  end
end
for _, options in ipairs { { mode = "9999" }, { mode = 4095 }, { mode = "4755" }, { nothing = 1 }, { append = "x" }, 1, "x" } do
  if pcall(fs.write, "z", "x", options) then worked = worked + 1 io.stderr:write(json.encode(options), "\n") end
end
print(worked .. " worked")

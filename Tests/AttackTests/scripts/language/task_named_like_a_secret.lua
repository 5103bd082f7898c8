-- idea: what a program prints of a value becomes the name of a task, its error and its progress, all in front of a person
-- exit: 1
-- options: -v
-- error: task t [secret:TOKEN]: failed
local value = spawn{ "sh", "-c", "printf %s \"$T\" | sed 's/./&,/g'", env = { T = getSecret("TOKEN") }, capture = true }.stdout:gsub(",", "")
local half = #value // 2
task("t " .. value:sub(1, half) .. value:sub(half + 1), function()
  progress(1, 2, value)
  retry({ times = 2, backoff = 0 }, function() error("e " .. value, 0) end)
end)

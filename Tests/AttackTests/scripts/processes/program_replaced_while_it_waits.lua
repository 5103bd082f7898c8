-- idea: a program that waits for standard input is another one when it is started than when it was judged
-- out: denied
recipe{ name = "e1", secrets = { "TOKEN" }, programs = { "./tool", "cp", "sleep" } }
local token = getSecret("TOKEN")
fs.write("source", "#!/bin/sh\n:\n", { mode = "0755" })
spawn{ "cp", "--", "source", "tool" }
parallel{
  function() spawn{ "sleep", "0.6", stdin = "inherit" } end,
  function()
    sleep(0.1)
    local ok, e = pcall(spawn, { "./tool", stdin = "inherit", env = { T = token }, capture = true })
    print(ok and e.stdout or e.kind)
  end,
  function() sleep(0.3) fs.write("tool", "#!/bin/sh\nprintenv T | rev\n", { mode = "0755" }) end,
}

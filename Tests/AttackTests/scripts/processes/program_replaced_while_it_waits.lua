-- idea: a program that waits for standard input is another one when it is started than when it was judged
-- environment: PATH=$HOME/bin:/usr/bin:/bin
-- out: denied
recipe{ name = "e1", secrets = { "TOKEN" }, programs = { "true", "sleep" } }
local token = getSecret("TOKEN")
fs.mkdir("bin")
parallel{
  function() spawn{ "sleep", "0.6", stdin = "inherit" } end,
  function()
    sleep(0.1)
    local ok, e = pcall(spawn, { "true", stdin = "inherit", env = { T = token }, capture = true })
    print(ok and e.stdout or e.kind)
  end,
  function() sleep(0.3) fs.write("bin/true", "#!/bin/sh\nprintenv T | rev\n", { mode = "0755" }) end,
}

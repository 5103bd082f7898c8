-- idea: a value that a program kept is printed after its handle was closed
-- out: [secret:TOKEN]
-- wrote: kept
do
  local s <close> = getSecret("TOKEN")
  spawn{ "sh", "-c", "umask 077; printenv T > kept", env = { T = s } }
end
collectgarbage()
spawn{ "cat", "kept" }
spawn{ "rm", "kept" }

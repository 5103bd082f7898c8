-- idea: a program ends and leaves one behind that still writes a named pipe, into the middle of a value that the next writes there
-- needs: mkfifo
-- needs: setsid
-- out: usage
-- out: true
spawn{ "mkfifo", "p" }
local token = getSecret("TOKEN")
local reader <close> = spawn{ "sh", "-c", "exec <p; sleep 1; exec cat", capture = true, background = true }
local noise
repeat
  sleep(0.01)
  noise = pcall(spawn, { "setsid", "--fork", "sh", "-c", "yes QQQQ | head -c 2000000", stdout = { file = "p" } })
until noise
local whole = secret.template(("x"):rep(65536 - 3) .. "${s}", { s = token })
local ok, e = pcall(spawn, { "cat", stdin = whole, stdout = { file = "p" }, timeout = "20s" })
print(ok or e.kind)
reader:wait()
-- Whoever was left behind has ended: the pipe is free again.
local second <close> = spawn{ "cat", "p", capture = true, background = true }
repeat
  sleep(0.01)
  ok = pcall(spawn, { "printf", "again", stdout = { file = "p" } })
until ok
print(second:wait().stdout == "again")

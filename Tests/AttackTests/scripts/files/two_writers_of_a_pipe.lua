-- idea: two programs write one named pipe, and the kernel cuts a value where the pipe is full
-- needs: mkfifo
-- out: usage
-- out: usage
local s = getSecret("TOKEN")
spawn{ "mkfifo", "p" }
-- The reader takes nothing until both have written.
local reader <close> = spawn{ "sh", "-c", "exec <p; sleep 1; exec cat", capture = true, background = true }
local whole = secret.template(("x"):rep(65536 - 3) .. "${s}", { s = s })
local noise
repeat
  sleep(0.01)
  local ok, process = pcall(spawn, { "yes", "QQQQ", stdout = { file = "p" }, background = true })
  noise = ok and process
until noise
for _, name in ipairs { "p", "./p" } do
  local ok, e = pcall(spawn, { "cat", stdin = whole, stdout = { file = name } })
  print(ok or e.kind)
end
noise:kill()

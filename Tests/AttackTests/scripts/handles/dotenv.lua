-- idea: secret.dotenv reads vaultscript's own credentials, or what is no file; or its errors quote what stands there
-- credentials: file
-- out: 0 read
-- lacks: hunter2
spawn{ "sh", "-c", "mkfifo pipe; mkdir folder; ln -s config/vaultscript/credentials/default.env link; printf 'A=\"hunter2hunter2\\n' >open; echo 'hunter2hunter2 x' >bad" }
local read = 0
for _, path in ipairs { "open", "bad", "pipe", "folder", "none", "", "own\0", "/etc/shadow", "/proc/self/mem", "/dev/zero", "/dev/stdin", "link",
  "config/vaultscript/credentials/default.env", "config/../config/vaultscript/credentials/default.env" } do
  local ok, e = pcall(secret.dotenv, path)
  if ok then read = read + 1 print(path) else io.stderr:write(tostring(e), "\n") end
end
print(read .. " read")

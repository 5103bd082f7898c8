-- idea: secret.file reads what the rule for credentials files refuses, or vaultscript's own
-- credentials: file
-- out: 0 read
spawn{ "sh", "-c", "umask 077; echo value-of-own >own; echo value-of-open >open; chmod 644 open; ln -s own link; mkfifo pipe; mkdir folder; ln own hard" }
local read = 0
for _, path in ipairs { "open", "pipe", "folder", "none", "", "own\0", "/etc/shadow", "/proc/self/environ", "/proc/self/mem", "/dev/zero", "/dev/stdin", "/proc/self/fd/0",
  "config/vaultscript/credentials/default.env", "config/../config/vaultscript/credentials/default.env" } do
  if pcall(secret.file, path) then read = read + 1 print(path) end
end
print(read .. " read")

-- idea: a withheld variable is captured as text through a program that it is passed on to, as it is short, a number or a word
-- environment: A_PASSWORD=hunter2
-- environment: B_PASSWORD=83920174650193
-- environment: C_PASSWORD=production
-- environment: D_PASSWORD=x9Kq
-- environment: E_PASSWORD=x9K
-- environment: F_PASSWORD_FILE=/etc/passwd
-- environment: VAULTSCRIPT_SOMETHING=no_credential
-- out: [secret:A_PASSWORD]	[secret:A_PASSWORD]
-- out: [secret:B_PASSWORD]	[secret:B_PASSWORD]
-- out: [secret:C_PASSWORD]	[secret:C_PASSWORD]
-- out: [secret:D_PASSWORD]	[secret:D_PASSWORD]
-- out: spawn: the secret E_PASSWORD is too short to be masked
-- out: pipe: member 1: the secret E_PASSWORD is too short to be masked
-- out: 3
-- out: /etc/passwd
-- out: no_credential
for _, name in ipairs { "A_PASSWORD", "B_PASSWORD", "C_PASSWORD", "D_PASSWORD" } do
  local printed = { "sh", "-c", "printf %s $" .. name, passEnv = { name } }
  local piped = pipe{ printed, { "cat" }, capture = true }.stdout
  printed.capture = true
  print(spawn(printed).stdout, piped)
end
local short = { "printenv", "E_PASSWORD", passEnv = { "E_PASSWORD" } }
print(select(2, pcall(spawn, short)).message)
print(select(2, pcall(pipe, { short, { "cat" } })).message)
print(#spawn{ "printenv", "E_PASSWORD", passEnv = { "E_PASSWORD" }, allowShort = true, capture = true }.stdout - 1)
spawn{ "printenv", "F_PASSWORD_FILE", passEnv = { "F_PASSWORD_FILE" } }
spawn{ "printenv", "VAULTSCRIPT_SOMETHING", passEnv = { "VAULTSCRIPT_SOMETHING" } }

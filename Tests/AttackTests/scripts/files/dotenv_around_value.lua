-- idea: a program writes an environment file around a value, and the file's grammar cuts it
-- wrote: own1.env
-- wrote: own2.env
-- wrote: own3.env
-- wrote: own4.env
-- guess: SPECIAL 8
-- oracle: same
-- out: [secret:SPECIAL]
-- out: [secret:A]
-- out: [secret:SPECIAL]
-- out: own4.env:1: the line cannot be read
local s = getSecret("SPECIAL")
for i, text in ipairs { "A=${s}\n", "A='x${s} y'\n", "A=`${s}`\n", 'A="${s}"\n' } do
  local file = "own" .. i .. ".env"
  spawn{ "cat", stdin = secret.template(text, { s = s }), stdout = { file = file, mode = "0600" } }
  local ok, found = pcall(secret.dotenv, file)
  print(ok and spawn{ "printenv", "A", env = { A = found.A }, capture = true }.stdout:gsub("\n$", "") .. "" or found.message)
end

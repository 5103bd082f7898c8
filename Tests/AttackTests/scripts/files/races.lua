-- idea: a program swaps a folder for a link while fs writes through it
-- credentials: file
-- out: untouched
login()
spawn{ "sh", "-c", "mkdir a; ln -s config/vaultscript/credentials b; (i=0; while [ $i -lt 150 ]; do mv a c; mv b a; mv a b; mv c a; i=$((i+1)); done) >/dev/null 2>&1", background = true }
for _ = 1, 150 do
  pcall(fs.write, "a/default.env", "overwritten")
  local ok, text = pcall(fs.read, "a/default.env")
  if ok and text ~= "overwritten" then io.stderr:write(text) print("read") end
end
local r = spawn{ "grep", "-c", "overwritten", "config/vaultscript/credentials/default.env", capture = true, check = false }
print(r.stdout == "0\n" and "untouched" or "overwritten")

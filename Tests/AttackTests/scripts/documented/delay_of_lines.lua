-- idea: a line that could be the first of a form is given to the script when the next one is there, and others at once
-- guess: TOKEN 4
-- out: later
-- out: at once
getSecret("TOKEN")
for _, guess in ipairs(arg) do
  local digits = guess:gsub(".", function(c) return ("%02x"):format(c:byte()) end)
  local program = 'printf "%s\\n" "$1"; sleep 0.5; touch mark; sleep 0.1; echo -'
  local p = spawn{ "sh", "-c", program, "sh", digits, capture = true, background = true }
  p:lines()()
  print(fs.exists("mark") and "later" or "at once")
  p:wait()
  fs.remove("mark")
end

-- idea: a line that could be the first of a form is given to the script no later than another, whatever comes next
-- guess: TOKEN 4
-- out: mark	false
-- out: mark	false
getSecret("TOKEN")
for _, guess in ipairs(arg) do
  local digits = guess:gsub(".", function(c) return ("%02x"):format(c:byte()) end)
  local program = 'printf "%s\\n" "$1"; sleep 3; touch mark; sleep 0.1; echo -'
  local p = spawn{ "sh", "-c", program, "sh", digits, capture = true, background = true }
  p:lines()()
  print("mark", fs.exists("mark"))
  p:wait()
  fs.remove("mark")
end

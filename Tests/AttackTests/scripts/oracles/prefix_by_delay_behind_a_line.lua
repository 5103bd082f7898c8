-- idea: the first line of a key is given while what stands behind it is the beginning of the next, as a line or not, or is not
-- guess: PEM 31
-- out: 1	mark	false
-- out: 2	mark	false
-- out: 1	mark	false
-- out: 2	mark	false
getSecret("PEM")
for _, guess in ipairs(arg) do
  for i, ending in ipairs{ "", "\n" } do
    local text = "-----BEGIN PRIVATE KEY-----\n" .. guess:sub(29) .. ending
    local p = spawn{ "sh", "-c", 'printf %s "$1"; sleep 3; touch mark', "sh", text, capture = true, background = true }
    local lines = p:lines()
    for _ = 1, i do lines() end
    print(i, "mark", fs.exists("mark"))
    p:wait()
    fs.remove("mark")
  end
end

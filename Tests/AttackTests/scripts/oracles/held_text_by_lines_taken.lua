-- idea: the end of a terminal's output that an error keeps is the same, whether a line of it was taken before or not
-- guess: TOKEN 8
-- out: true
getSecret("TOKEN")
local function try(guess)
  local p = spawn{
    "sh", "-c", [[printf 'line1\n%s' "$1"; sleep 0.3; printf Z; exit 3]], "sh", guess, tty = true, capture = "merge", background = true
  }
  p:lines()()
  local _, e = pcall(p.wait, p)
  return (e.stderr:gsub(guess, "", 1))
end
print(try(arg[1]) == try(arg[2]))

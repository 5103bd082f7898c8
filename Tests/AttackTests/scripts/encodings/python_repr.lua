-- idea: Python's repr of a value with quotes and backslashes, and ascii()
-- known: the list has no form for Python's repr, where it differs from JSON and Go
-- needs: python3
-- out: 2
local r = spawn{ "python3", "-c", "import os; print(repr(os.environ['T'])); print(ascii(os.environ['T']))", env = { T = getSecret("SPECIAL") }, capture = true }
io.stderr:write(r.stdout)
print(r.leaks)

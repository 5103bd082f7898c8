-- idea: Python's repr of a value with quotes and backslashes, and ascii()
-- needs: python3
-- out: 3
local r = spawn{ "python3", "-c", "import os; print(repr(os.environ['T'])); print(ascii(os.environ['T'])); print({'t': os.environb[b'T']})", env = { T = getSecret("SPECIAL") }, capture = true }
io.stderr:write(r.stdout)
print(r.leaks)

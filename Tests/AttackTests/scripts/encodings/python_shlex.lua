-- idea: shlex.quote of Python, which closes and opens quotes around an apostrophe
-- needs: python3
-- out: 1
local r = spawn{ "python3", "-c", "import os, shlex; print(shlex.quote(os.environ['T']))", env = { T = getSecret("SPECIAL") }, capture = true }
io.stderr:write(r.stdout)
print(r.leaks)

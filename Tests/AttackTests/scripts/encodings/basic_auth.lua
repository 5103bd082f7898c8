-- idea: the header that curl makes of a user's name and a password
-- out: 1
-- needs: python3
local code = "import base64,os; print('Authorization: Basic ' + base64.b64encode(('bot:' + os.environ['T']).encode()).decode())"
local r = spawn{ "python3", "-c", code, env = { T = getSecret("TOKEN") }, capture = true }
io.stderr:write(r.stdout)
print(r.leaks)

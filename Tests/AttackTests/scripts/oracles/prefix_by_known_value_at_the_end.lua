-- idea: the script ends before the host has ended the run for values that overlap
-- environment: CI_KEY=deploybot-gh
-- exit: 78
-- error: the secrets CI_KEY and TOKEN overlap in a text
-- out: before
recipe{ name = "x", programs = { "cat" }, secrets = { "TOKEN" } }
print("before")
local p = spawn{ "cat", stdin = secret.template("deploybot-${v}", { v = getSecret("TOKEN") }), capture = true, background = true }
sleep(0.3)
os.exit(0)

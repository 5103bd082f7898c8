-- idea: fields of captured JSON become secrets, and what the program said before on standard error still holds them
-- out: issued [secret:token]
-- out: issued [secret:token]
local code = [[echo "issued $E" >&2; printf '{"token":"%s"}' "$E"]]
local env = { E = "freshly-made-value-1234567" }
io.write(spawn{ "sh", "-c", code, env = env, capture = true, secrets = { "token" } }.stderr)
io.write(pipe{ { "sh", "-c", code, env = env }, { "cat" }, capture = true, secrets = { "token" } }.stderr)

-- idea: fields of captured JSON become secrets, and what the program said before on standard error still holds them, where it fails, too
-- out: issued [secret:token]
-- out: issued [secret:token]
-- out: failed [secret:token]
-- out: failed [secret:token]
-- out: failed [secret:token]
local code = [[echo "issued $E" >&2; printf '{"token":"%s"}' "$E"]]
local env = { E = "freshly-made-value-1234567" }
io.write(spawn{ "sh", "-c", code, env = env, capture = true, secrets = { "token" } }.stderr)
io.write(pipe{ { "sh", "-c", code, env = env }, { "cat" }, capture = true, secrets = { "token" } }.stderr)
-- A value each: what was taken once is known.
local failing = code:gsub("issued", "failed") .. "; exit 3"
local function options(value)
  return { "sh", "-c", failing, env = { E = value }, capture = true, secrets = { "token" } }
end
local _, failure = pcall(spawn, options("a-first-value-of-a-failure"))
io.write(failure.stderr)
local second = options("a-second-value-of-a-failure")
second.check = false
io.write(spawn(second).stderr)
local members = { { "sh", "-c", failing, env = { E = "a-third-value-of-a-failure" } }, { "cat" } }
members.capture, members.secrets = true, { "token" }
local _, failure = pcall(pipe, members)
io.write(failure.stderr)

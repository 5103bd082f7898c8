-- idea: a captured value is the beginning of a field, and its mask hides the rest of that from the masking that knows the field
-- out: got [secret:token]
-- out: got [secret:token]
-- out: got [secret:token]
-- out: missing	notFound	0
-- out: twice	notFound	0
-- out: failed	exit	0
-- out: failed	exit	7
spawn{ "printf", "ghs_", capture = "secret" }
local code = [[echo "got $E" >&2; printf '{"token":"%s"%s}' "$E" "$1"]]
local number = 0
local function options(more, rest)
  number = number + 1
  local t = { "sh", "-c", code .. (rest or ""), "sh", more, env = { E = "ghs_fresh-value-number-" .. number }, capture = true }
  return t
end
local t = options("")
t.secrets = { "token" }
io.write(spawn(t).stderr)
t = options("")
t.capture = nil
io.write(pipe{ t, { "cat" }, capture = true, secrets = { "token" } }.stderr)
t = options("", "; exit 3")
t.secrets, t.check = { "token" }, false
io.write(spawn(t).stderr)
local function try(what, t)
  local ok, e = pcall(spawn, t)
  print(what, ok or e.kind, not ok and #(e.stderr or ""))
end
t = options("")
t.secrets = { "token", "nope" }
try("missing", t)
t = options([[,"token":"x"]])
t.secrets = { "token" }
try("twice", t)
t = options("", "; exit 3")
t.secrets = { "token", "nope" }
try("failed", t)
try("failed", { "sh", "-c", "echo reason >&2; exit 3", capture = true, secrets = { "token" } })

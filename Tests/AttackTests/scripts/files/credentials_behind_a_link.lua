-- idea: the credentials lie behind a link in their folder, and fs puts another folder in the place of one on the way there
-- credentials: file
-- wrote: dot/creds/default.env
-- out: moved	denied
-- out: written	denied
-- out: removed	denied
-- out: the way	denied
login()
spawn{ "sh", "-c", "mkdir dot && mv config/vaultscript/credentials dot/creds && ln -s ../../dot/creds config/vaultscript/credentials" }
fs.mkdir("x/creds", { parents = true })
fs.write("x/creds/default.env", "INFISICAL_DOMAIN=http://127.0.0.1:1\n", { mode = "0600" })
local function try(what, call, ...)
  local ok, e = pcall(call, ...)
  print(what, ok or e.kind)
end
try("moved", fs.rename, "dot", "dot.old")
try("written", fs.write, "dot/creds/default.env", "INFISICAL_DOMAIN=http://127.0.0.1:1\n")
try("removed", fs.remove, "dot", { recursive = true })
try("the way", fs.rename, "dot/creds", "away")
login()

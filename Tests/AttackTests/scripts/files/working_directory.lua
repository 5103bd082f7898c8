-- idea: fs moves or removes the working directory, where every relative path of the user begins
-- environment: XDG_CONFIG_HOME=/nonexistent
-- environment: XDG_STATE_HOME=/nonexistent
-- out: moved	denied
-- out: removed	denied
-- out: replaced	denied
local home = os.getenv("HOME")
local function try(what, call, ...)
  local ok, e = pcall(call, ...)
  print(what, ok or e.kind)
end
try("moved", fs.rename, home, home .. ".away")
try("removed", fs.remove, home, { recursive = true })
fs.mkdir("other")
try("replaced", fs.rename, "other", home)

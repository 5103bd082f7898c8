-- idea: require is led out of the script's folder by its name
-- out: 0 found
local found = 0
for _, name in ipairs {
  "..", "../script", "../../etc/passwd", "/etc/passwd", "/etc/passwd\0", "a/../../x", "./script", ".", "", "script/../../x", "~/x", "a\0b", "%2e%2e/x",
  "file:///etc/passwd", "http://127.0.0.1/x", "a..b", "...", "a//b", "\n", "config/vaultscript/credentials/default.env", ("a"):rep(5000),
  ("a/"):rep(600) .. "x", "CON", "vaultscript", "globals", "handles", "prelude", "stdlib/git", "[vaultscript]", "_G", "string", "package", "debug", "io",
} do
  if pcall(require, name) then
    found = found + 1
    io.stderr:write(name:sub(1, 60), "\n")
  end
end
print(found .. " found")

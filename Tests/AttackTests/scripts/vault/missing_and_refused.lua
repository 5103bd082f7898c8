-- idea: errors tell apart what is not there, and offer names with values
-- exit: 3
-- error: was not found
for _, name in ipairs { "TOKE", "EIGHTH", "SPECIA" } do
  local _, e = pcall(getSecret, name)
  io.stderr:write(tostring(e), "\n")
end
getSecret("TOKENS")

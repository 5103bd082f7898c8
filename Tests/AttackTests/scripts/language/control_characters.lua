-- idea: names with control characters drive the terminal through error messages
-- exit: 3
-- lacks: \e
pcall(login, { profile = "x\27]0;owned\7" })
for _, f in ipairs {
  function() getSecret("A\27]0;owned\7\n") end, function() require("a\27]0;owned\7") end, function() spawn{ "no\27]0;owned\7" } end,
  function() spawn{ "true", ["\27]0;owned\7"] = 1 } end, function() os.getenv("\27]0;owned\7_TOKEN") end,
} do
  local _, e = pcall(f)
  io.stderr:write(tostring(e), "\n")
end
getSecret("B\27]0;owned\7")

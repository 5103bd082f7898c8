-- idea: code nested deeper than a parser's stack
-- out: nil	nil	nil	nil	nil
print((load("return " .. ("("):rep(100000) .. "1" .. (")"):rep(100000))), (load(("do "):rep(100000) .. ("end "):rep(100000))), (load("return " .. ("{"):rep(100000))),
  (load("return " .. ("function() return "):rep(100000))), (load("x = " .. ("-"):rep(300000, " ") .. " 1")))

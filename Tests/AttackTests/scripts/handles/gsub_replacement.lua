-- idea: a secret as gsub's replacement, out of a table or a function, and as its pattern
-- out: false	false	false	false	false	false
local s = getSecret("TOKEN")
print((pcall(string.gsub, "abc", "b", s)), (pcall(string.gsub, "abc", "b", { b = s })),
  (pcall(string.gsub, "abc", "b", function() return s end)), (pcall(string.gsub, "abc", s, "")),
  (pcall(string.find, "abc", s)), (pcall(string.gmatch, s, ".")))

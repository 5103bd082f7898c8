-- idea: every operator of the language, with a secret on either side and on both
-- out: 0 of 66 gave something
local s = getSecret("TOKEN")
local operators = { "+", "-", "*", "/", "//", "%", "^", "..", "<", "<=", ">", ">=", "&", "|", "~", "<<", ">>" }
local tried, gave = 0, 0
local function try(code, x)
  tried = tried + 1
  local ok, result = pcall(load("local s, x = ... return " .. code), s, x)
  if ok then
    gave = gave + 1
    print(code, result)
  end
end
for _, operator in ipairs(operators) do
  try("s " .. operator .. " x", 1)
  try("x " .. operator .. " s", "2")
  try("s " .. operator .. " s")
  if operator == ".." then try("s .. x", "") end
end
for _, code in ipairs { "-s", "~s", "#s", "s()", "s.value", "s[1]", "s[s]", "s:get()", "s.x.y", "s.name.x" } do try(code) end
for _, code in ipairs { "function() for i = 1, s do end end", "function() for k in s do end end", "function() s.a = 1 end",
  "function() s[1] = nil end" } do
  tried = tried + 1
  if pcall(load("local s = ... return " .. code)(s)) then gave = gave + 1 end
end
print(("%d of %d gave something"):format(gave, tried))

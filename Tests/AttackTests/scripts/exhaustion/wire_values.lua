-- idea: options nested, circular and huge on their way to the host
-- out: 0 taken
local taken = 0
local circle = {}
circle.a = circle
local deep = {}
for _ = 1, 100000 do deep = { a = deep } end
for i, options in ipairs { circle, deep, { b = ("x"):rep(2 << 20) }, { [print] = 1 }, { [1.5] = 1 }, { [true] = 1 }, { a = coroutine.create(print) } } do
  if pcall(getSecret, "TOKEN", options) or pcall(login, options) or pcall(secret.template, "${a}", options) then taken = taken + 1 print(i) end
end
print(taken .. " taken")

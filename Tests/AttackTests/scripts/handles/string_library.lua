-- idea: every function of the string library, the secret in each place
-- out: byte 2 char 2 find 3 format 2 gmatch 2 gsub 3 len 1 lower 1 match 3 pack 3 packsize 1 rep 3 reverse 1 sub 2 unpack 3 upper 1
-- out: 0 took it
local s = getSecret("PIN")
local calls = {
  byte = { { s }, { "x", s } }, char = { { s }, { 1, s } }, find = { { s, "." }, { "x", s }, { "x", "x", s } }, format = { { s }, { "%d", s } },
  gmatch = { { s, "." }, { "x", s } }, gsub = { { s, ".", "" }, { "x", s, "" }, { "x", "x", s } }, len = { { s } }, lower = { { s } },
  match = { { s, "." }, { "x", s }, { "x", "x", s } }, pack = { { s }, { "s4", s }, { "i4", s } }, packsize = { { s } },
  rep = { { s, 2 }, { "x", s }, { "x", 2, s } }, reverse = { { s } }, sub = { { s, 1 }, { "x", s } },
  unpack = { { s, "x" }, { "z", s }, { "z", "x\0", s } }, upper = { { s } },
}
local names, took = {}, 0
for name in pairs(string) do names[#names + 1] = name end
table.sort(names)
for i, name in ipairs(names) do
  for _, arguments in ipairs(calls[name]) do
    local ok, result = pcall(string[name], table.unpack(arguments))
    if ok then took = took + 1 print(name, result) end
  end
  names[i] = name .. " " .. #calls[name]
end
print(table.concat(names, " "))
print(took .. " took it")

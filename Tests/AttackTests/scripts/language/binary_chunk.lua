-- idea: bytecode in every way that load has
-- out: nil	nil	nil	nil	nil	nil
local binary = "\27Lua\x54\0\x19\x93\r\n\x1a\n\4\8\8xV\0\0\0\0\0\0\0\0\0\0\0(w@\1\x80\x80\x80\0\1\2\x83Q\0\0\0F\0\1\1\x80\x80\x81\0\0\x80\0\0\0\0\0"
local i = 0
local function reader()
  i = i + 1
  if i <= #binary then return binary:sub(i, i) end
end
print((load(binary)), (load(binary, "=x", "b")), (load(binary, "=x", "bt")), (load(reader)), (load("#!x\n" .. binary)),
  (load("\xEF\xBB\xBF" .. binary, "@x", "bt")))

-- idea: require is given bytecode, a shared library, text with NUL bytes
-- out: false	false	false
spawn{ "sh", "-c", [[printf '\033Lua\124\000' >binary.lua; printf 'return "a\000b", \000' >nul.lua; cp /lib/x86_64-linux-gnu/libc.so.6 lib.so 2>/dev/null || cp /bin/true lib.so]] }
print((pcall(require, "binary")), (pcall(require, "nul")), (pcall(require, "lib")))

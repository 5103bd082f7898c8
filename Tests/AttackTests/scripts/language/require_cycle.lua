-- idea: modules that require each other, themselves, and yield while they load
-- out: false	false	true
spawn{ "sh", "-c", "echo 'return require(\"b\")' >a.lua; echo 'return require(\"a\")' >b.lua; echo 'return require(\"c\")' >c.lua; echo 'coroutine.yield(1) return getSecret(\"TOKEN\")' >d.lua" }
print((pcall(require, "a")), (pcall(require, "c")), (pcall(coroutine.wrap(function() return pcall(require, "d") end))))

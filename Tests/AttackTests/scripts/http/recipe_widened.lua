-- idea: a script lets itself be limited and then asks for more: a second recipe, one in a coroutine, a changed table
-- exit: 77
-- out: usage
-- out: usage
-- out: denied
-- out: denied
-- error: the program sh is not declared by this recipe
local declaration = { name = "attack", secrets = { "TOKEN" }, programs = {}, hosts = {} }
recipe(declaration)
declaration.programs[1], declaration.hosts[1] = "sh", "127.0.0.1:9"
print(select(2, pcall(recipe, declaration)).kind)
print(select(2, coroutine.resume(coroutine.create(function() recipe{ name = "other", programs = { "sh" } } end))).kind)
print(select(2, pcall(http.request, { url = "http://127.0.0.1:9/" })).kind)
print(select(2, pcall(getSecret, "SPECIAL")).kind)
recipe = nil
spawn{ "sh", "-c", "echo started" }

-- idea: a program makes links out of parts of a value, and the errors of fs name the steps of them
-- needs: ln
-- contains: a link leads nowhere
-- lacks: did you mean
local token = getSecret("TOKEN")
spawn{ "sh", "-c", 'p=$(printf %.10s "$T"); mkdir "x$p"; : > "x$p/file"; ln -s "$p/x" a; ln -s "x$p/file/y" b; ln -s "x$p/fil" c; ln -s "x${p}y" d', env = { T = token } }
for _, name in ipairs { "a", "a/z", "b", "c", "d" } do
  for _, try in ipairs {
    function() return fs.read(name) end, function() return fs.stat(name) end, function() return fs.list(name) end,
    function() return fs.copy(name, "copy") end, function() return fs.write(name .. "/new", "") end, function() return secret.file(name) end,
    function() return spawn{ "true", stdout = { file = name .. "/out", atomic = true } } end,
  } do
    local ok, e = pcall(try)
    if not ok then print(e) print(e.reason, e.hint) end
  end
end
spawn{ "sh", "-c", 'rm -r a b c d x*' }

-- idea: a client secret that the script makes up reaches into a value of a template; the script types the template's mask
-- oracle: same
-- guess: TOKEN 6
-- out: Quiz0001[secret:TOKEN]~
-- out: Quiz0002[secret:TOKEN]~
-- out: Quiz0001[secret:cat]~
-- out: Quiz0002[secret:cat]~
local token = getSecret("TOKEN")
for round = 1, 2 do
  for i = 1, 2 do
    local head = ("Quiz%04d"):format(i)
    local guess = secret.template(head .. arg[i], {})
    pcall(login, { clientId = "nobody", clientSecret = guess })
    local made = secret.template(head .. "${s}~", { s = token })
    local name = "TOKEN"
    if round == 2 then made, name = spawn{ "cat", stdin = made, capture = "secret" }.stdout, "cat" end
    fs.write("back.txt", head .. "[secret:" .. name .. "]~", { allowMasked = true })
    print(fs.read("back.txt"))
    made:close()
  end
end

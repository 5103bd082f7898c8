-- idea: a template of millions of fields keeps the host busy
-- limit: 30
-- out: limit
print(select(2, pcall(secret.template, ("${a}"):rep(2000000), { a = secret.random(16) })).kind)

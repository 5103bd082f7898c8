-- idea: every function of the table library with a table of secrets
-- out: concat	false
-- out: concat by separator	false
-- out: sort	false
-- out: unpack	[secret:TOKEN]	[secret:EIGHT]
-- out: move	[secret:TOKEN]
-- out: pack	[secret:TOKEN]
-- out: on the secret	false	false	false	false	false
local s, t = getSecret("TOKEN"), getSecret("EIGHT")
print("concat", (pcall(table.concat, { s, t })))
print("concat by separator", (pcall(table.concat, { "a", "b" }, s)))
print("sort", (pcall(table.sort, { s, t, s })))
print("unpack", table.unpack { s, t })
print("move", table.move({ s }, 1, 1, 1, {})[1])
print("pack", table.pack(s)[1])
print("on the secret", (pcall(table.concat, s)), (pcall(table.insert, s, 1)), (pcall(table.remove, s)), (pcall(table.unpack, s)),
  (pcall(table.move, { 1 }, 1, 1, 1, s)))

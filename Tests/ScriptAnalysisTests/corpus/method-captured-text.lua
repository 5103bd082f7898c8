local r = spawn{ "id", capture = true }
print(r.stdout:split("\n")) --> unknown-method: a text has no method split

local r = spawn{ "id", capture = true }
print(r.exitcode) --> unknown-field: a result has no field exitcode

-- idea: a program prints a field of a value, and the whole value by it
-- out: [secret:CFG.token] [secret:CFG.nested.deep]
-- out: [secret:CFG]
spawn{ "sh", "-c", "echo $A $B; echo \"$C\"", env = { A = getSecret("CFG", { field = "token" }), B = getSecret("CFG", { field = "nested.deep" }), C = getSecret("CFG") } }

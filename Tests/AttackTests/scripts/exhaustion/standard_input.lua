-- idea: megabytes for a program that reads none of it
-- out: done
spawn{ "true", stdin = ("x"):rep(900000) }
spawn{ "sh", "-c", "exec <&-; sleep 0.1", stdin = ("x"):rep(900000) }
spawn{ "head", "-c", "1", stdin = secret.template(("x"):rep(20000) .. "${a}", { a = getSecret("EIGHT") }), quiet = true }
print("done")

-- idea: a program reaches the user's terminal past the masker
-- out: no terminal
spawn{ "sh", "-c", '(echo $T >/dev/tty) 2>/dev/null && echo terminal || echo no terminal', env = { T = getSecret("TOKEN") } }

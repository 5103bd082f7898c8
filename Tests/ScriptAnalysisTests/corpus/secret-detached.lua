local h = getSecret("A")
spawn{ "x", detach = true, env = { A = h } } --> secret-misuse: a detached program gets no secret

spawn{ "env", env = { A = true } } --> wrong-type: spawn: env.A

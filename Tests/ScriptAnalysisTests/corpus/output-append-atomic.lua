spawn{ "x", stdout = { file = "y", append = true, atomic = true } } --> wrong-value: spawn: stdout: append and atomic

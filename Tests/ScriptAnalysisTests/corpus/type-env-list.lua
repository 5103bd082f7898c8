spawn{ "env", env = { "A=1" } } --> wrong-type: expected names, got a value without one

spawn{ "ls", check = "no" } --> wrong-type: spawn: check: expected true or false

spawn{ "ls", capture = "both" } --> wrong-type: spawn: capture: expected

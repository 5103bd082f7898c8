spawn{ "ls", true } --> wrong-type: spawn: expected a text, a number or a list of them, got true

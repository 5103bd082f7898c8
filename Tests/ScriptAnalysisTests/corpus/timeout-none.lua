spawn{ "x", timeout = "0s" } --> wrong-value: spawn: timeout: expected more than no time

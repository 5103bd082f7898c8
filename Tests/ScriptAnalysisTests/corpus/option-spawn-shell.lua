spawn{ "ls", shell = true } --> unknown-option: spawn: there is no option shell

recipe{ name = "x", param = {} } --> unknown-option: did you mean params?

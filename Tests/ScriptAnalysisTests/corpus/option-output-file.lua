spawn{ "ls", stdout = { path = "out.txt", file = "x" } } --> unknown-option: there is no option path

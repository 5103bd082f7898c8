spawn{ "cat", stdin = { path = "x" } } --> unknown-option: there is no option path

pipe{ { "git", "log", timeout = 5 }, { "head" } } --> unknown-option: there is no option timeout

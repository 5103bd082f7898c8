spawn{ "git", "status", captrue = true } --> unknown-option: did you mean capture?

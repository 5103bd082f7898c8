fail("no", { exit = 3 }) --> unknown-option: fail: there is no option exit

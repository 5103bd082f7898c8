require("git").push{ remote = "origin", brnch = "main" } --> unknown-option: did you mean branch?

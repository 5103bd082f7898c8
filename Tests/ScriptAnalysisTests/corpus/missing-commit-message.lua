require("git").commit{ cwd = "." } --> missing-argument: message is missing

local git = require("git")
git.pull{ cwd = "." } --> unknown-field: git has no field pull

local git = require("gti") --> unknown-module: did you mean git?
print(git)

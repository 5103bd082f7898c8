print(fs.raed("x.txt")) --> unknown-field: did you mean read?

fs.write("x", "y", { atomc = true }) --> unknown-option: did you mean atomic?

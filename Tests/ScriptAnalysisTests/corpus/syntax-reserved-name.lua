local end = 5 --> syntax: expected a name, found end

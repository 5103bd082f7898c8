local limit <const> = 5
limit = 6 --> syntax: the variable limit is constant

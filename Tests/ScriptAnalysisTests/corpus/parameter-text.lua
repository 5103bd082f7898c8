recipe{ name = "x", params = { count = "integer" } } --> wrong-type: write count = { type = "integer" }

recipe{ name = "x", count = { type = "integer" } } --> unknown-option: a parameter stands in params: params = { count = { … } }

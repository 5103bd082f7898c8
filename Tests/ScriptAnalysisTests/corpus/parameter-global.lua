recipe{ name = "x", params = { count = { type = "integer" } } }
print(params.count) --> unknown-global: recipe gives them: local params = recipe{ … }

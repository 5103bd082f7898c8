local params = recipe{ name = "x", params = { count = { type = "int" } } } --> wrong-type: recipe: params.count: type
print(params.count)

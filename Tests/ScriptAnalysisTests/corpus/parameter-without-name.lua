recipe{ name = "x", params = { "count" } } --> wrong-type: recipe: params: expected names, got a value without one / write { NAME = { type = "string" } }

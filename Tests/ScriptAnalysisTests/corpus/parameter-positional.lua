recipe{ name = "x", params = { count = { "integer" } } } --> wrong-type: recipe: params.count: expected options by name, got a value without one / such as { type = "string", required = true }

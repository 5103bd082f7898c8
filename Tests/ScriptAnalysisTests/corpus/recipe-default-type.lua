recipe{ name = "x", params = {
  count = { type = "integer", default = "many" }, --> wrong-value: params.count: default: expected a whole number
} }

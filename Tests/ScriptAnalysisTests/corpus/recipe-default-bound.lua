recipe{ name = "x", params = {
  count = { type = "integer", min = 1, default = 0 }, --> wrong-value: default: expected at least 1
} }

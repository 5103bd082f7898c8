recipe{ name = "x", params = {
  count = { type = "integer", enum = { 1, "two" } }, --> wrong-value: enum: expected a whole number
} }

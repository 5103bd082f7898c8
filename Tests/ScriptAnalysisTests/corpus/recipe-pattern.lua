recipe{ name = "x", params = {
  count = { type = "integer", pattern = "%d+" }, --> wrong-value: pattern is for texts
} }

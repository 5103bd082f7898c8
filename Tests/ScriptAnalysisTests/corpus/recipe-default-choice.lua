recipe{ name = "x", params = {
  state = { enum = { "open", "closed" }, default = "opened" }, --> wrong-value: expected one of open, closed
} }

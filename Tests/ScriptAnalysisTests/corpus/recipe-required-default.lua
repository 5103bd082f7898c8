recipe{ name = "x", params = {
  repo = { required = true, default = "a/b" }, --> wrong-value: it is required and has a default
} }

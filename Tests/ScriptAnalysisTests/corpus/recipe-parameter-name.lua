recipe{ name = "x", params = {
  help = {}, --> wrong-value: "help" cannot be the name of a parameter
} }

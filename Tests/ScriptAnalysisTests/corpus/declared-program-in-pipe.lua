local params = recipe{ name = "x", secrets = {  }, programs = { "git" }, hosts = {  } }
print(params)
pipe{
  { "git", "log" },
  { "head" }, --> undeclared-program: the program head is not declared
}

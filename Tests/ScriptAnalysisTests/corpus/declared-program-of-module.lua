recipe{ name = "x", programs = { "tar" } }
spawn{ "tar" }
print(require("git").head()) --> undeclared-program: the program git is not declared

spawn{ "echo" } --> recipe-avoided: spawn is called before the recipe{} of line 2
recipe{ name = "late", programs = { "echo" } }

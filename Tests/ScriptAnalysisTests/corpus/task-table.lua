task{ "build", needs = { "test" }, function() spawn{ "make" } end } --> wrong-type: write task("build", { needs = … }, function() … end)

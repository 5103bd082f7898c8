task{ name = "build" } --> wrong-type: task takes a name, options and a function, not one table / write task("build", function() … end)

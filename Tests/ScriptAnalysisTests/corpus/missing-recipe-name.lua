recipe{ description = "x" } --> missing-argument: recipe: name is missing

task("build", { need = { "test" } }, function() spawn{ "make" } end) --> unknown-option: did you mean needs?

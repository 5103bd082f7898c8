spawn{ getSecret("PROGRAM"), "x" } --> secret-misuse: cannot be an argument

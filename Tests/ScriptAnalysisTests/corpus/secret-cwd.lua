spawn{ "ls", cwd = getSecret("FOLDER") } --> secret-misuse: spawn: cwd

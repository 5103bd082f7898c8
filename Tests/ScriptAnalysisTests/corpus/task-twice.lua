task("build", print)
task("build", print) --> wrong-value: there are two tasks build: the first one is in line 1

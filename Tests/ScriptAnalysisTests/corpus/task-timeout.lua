task("build", { timeout = 0 }, print) --> wrong-value: task build: timeout: expected more than no time

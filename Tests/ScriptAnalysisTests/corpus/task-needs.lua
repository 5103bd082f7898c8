task("build", print)
task("test", { needs = { "biuld" } }, print) --> wrong-value: there is no task biuld / did you mean build?

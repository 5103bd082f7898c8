print(getSecret("X", { enviroment = "dev" })) --> unknown-option: did you mean environment?

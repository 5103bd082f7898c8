print(secret.template("${user}:${password}", { user = "me" })) --> template: there is no field password

print(secret.template("${user}", { user = "me", pasword = "x" })) --> template: the text does not use the field pasword

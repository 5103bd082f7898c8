login{ clientId = "x", clientSecret = "y" } --> wrong-type: a text is no secret

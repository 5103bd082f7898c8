print(getSecret(5)) --> wrong-type: getSecret: name: expected a text, got a number

print(getSecret()) --> missing-argument: getSecret: name is missing

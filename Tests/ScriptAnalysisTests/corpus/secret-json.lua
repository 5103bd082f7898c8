print(json.encode({ token = getSecret("T") })) --> secret-misuse: json.encode: value

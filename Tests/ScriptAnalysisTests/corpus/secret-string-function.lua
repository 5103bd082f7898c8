print(string.sub(getSecret("T"), 1, 4)) --> secret-misuse: string.sub: s

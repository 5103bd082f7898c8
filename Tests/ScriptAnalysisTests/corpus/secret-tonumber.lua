print(tonumber(getSecret("T"))) --> secret-misuse: tonumber: value

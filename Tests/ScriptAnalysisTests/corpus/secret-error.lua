error(getSecret("T")) --> secret-misuse: error: message

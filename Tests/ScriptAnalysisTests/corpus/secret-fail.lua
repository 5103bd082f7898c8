fail(getSecret("T")) --> secret-misuse: fail: message

log.info(getSecret("T")) --> secret-misuse: log.info: message

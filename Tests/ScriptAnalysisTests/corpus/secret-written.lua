fs.write("token.txt", getSecret("T")) --> secret-misuse: fs.write: text

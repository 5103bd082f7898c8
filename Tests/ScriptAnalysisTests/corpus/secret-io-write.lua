io.write(getSecret("T"), "\n") --> secret-misuse: io.write

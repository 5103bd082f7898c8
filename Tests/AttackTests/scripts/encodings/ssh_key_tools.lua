-- idea: openssl complains about a broken key and prints it
-- needs: openssl
-- contains: done
spawn{ "sh", "-c", 'openssl pkey -in "$K" -text; openssl rsa -in "$K" -check; ssh-keygen -y -f "$K"; cat -A "$K"; od -c "$K" | head -n 3', files = { K = getSecret("EIGHT") }, check = false }
print("done")

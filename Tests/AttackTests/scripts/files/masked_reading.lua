-- idea: a program writes values to files, in listed forms, and fs reads them
-- wrote: kept
-- out: [secret:TOKEN] [secret:TOKEN] [secret:TOKEN]
spawn{ "sh", "-c", [[umask 077; printf '%s %s %s\n' "$T" "$(printf %s "$T" | base64 -w0)" "$(printf %s "$T" | od -An -v -tx1 -w99 | tr -d ' \n')" >kept]], env = { T = getSecret("TOKEN") } }
io.write(fs.read("kept"))
fs.remove("kept")

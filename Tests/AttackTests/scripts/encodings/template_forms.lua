-- idea: a template hides a value between other letters, and a program cuts it out
-- out: before[secret:TOKEN]behind
-- out: [secret:TOKEN]
local t = secret.template("before${t}behind", { t = getSecret("TOKEN") })
spawn{ "sh", "-c", [[echo "$X"; echo "$X" | sed 's/before//;s/behind//']], env = { X = t } }

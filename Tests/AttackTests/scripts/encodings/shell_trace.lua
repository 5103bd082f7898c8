-- idea: set -x of a shell that uses a value in an argument and an assignment
-- error: [secret:TOKEN]
spawn{ "sh", "-xc", 'X="$T"; true "$T" "a$T" "--header=Bearer $T"', env = { T = getSecret("TOKEN") } }

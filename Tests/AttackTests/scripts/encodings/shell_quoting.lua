-- idea: what bash prints of a value: printf %q, set -x, declare, export, ${x@Q}
-- contains: [secret:SPECIAL]
spawn{ "bash", "-c", [[printf '%q\n' "$T"; declare -p T; export -p | grep ' T='; echo "${T@Q}"; set -x; : "$T"]], env = { T = getSecret("SPECIAL") } }

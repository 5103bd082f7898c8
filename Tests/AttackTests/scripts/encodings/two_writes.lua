-- idea: a value is printed in two halves with a long pause between
-- out: a[secret:TOKEN]b
spawn{ "bash", "-c", 'printf a%s "${T:0:17}"; sleep 0.4; printf "%sb\n" "${T:17}"', env = { T = getSecret("TOKEN") } }

-- idea: values stand one after the other, inside each other, between letters
-- out: [secret:TOKEN][secret:TOKEN]x[secret:TOKEN]y
-- out: [secret:TOKEN][secret:EIGHT][secret:PIN]
local T, E, P = getSecret("TOKEN"), getSecret("EIGHT"), getSecret("PIN")
spawn{ "sh", "-c", 'echo "$T${T}x${T}y"; echo "$T$E$P"', env = { T = T, E = E, P = P } }

-- idea: onLeak = "warn" warns of the beginning of a value
-- oracle: same
-- guess: TOKEN 12
-- lacks: warning
getSecret("TOKEN")
for _, guess in ipairs(arg) do spawn{ "printf", "%s\n", guess, onLeak = "warn", quiet = true } end

-- idea: base64 and hex that the script makes of a guess itself are masked as well
-- guess: TOKEN
-- out: [secret:TOKEN]
getSecret("TOKEN")
print((arg[1]:gsub(".", function(c) return ("%02x"):format(c:byte()) end)))

-- idea: a drawn password, a hash and the base64 of a template count as what a script may have chosen, and captured guesses read them
-- out: random	62
-- out: hmac	16
-- out: TOKEN	64
local letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
local function ask(handle, alphabet, before)
  local name, missed = nil, 0
  for letter in alphabet:gmatch(".") do
    local guess = spawn{ "printf", "%s", "lead-" .. before .. letter, capture = "secret" }.stdout
    local text = spawn{ "cat", "${file:A}", "${file:B}", files = { A = "lead-", B = handle }, capture = true }.stdout
    name = text:match("^lead%-%[secret:(.*)%]$")
    if name then missed = missed + 1 end
    guess:close()
  end
  print(name, missed)
end
ask(secret.random(10, { alphabet = letters }), letters, "")
ask(secret.hmac("sha256", secret.template("key", {}), getSecret("PIN")), "0123456789abcdef", "")
ask(secret.base64(secret.template("xxxx${s}", { s = getSecret("TOKEN") })), letters .. "+/", "eHh4e")

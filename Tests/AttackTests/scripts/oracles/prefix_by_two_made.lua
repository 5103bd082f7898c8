-- idea: a guess that the script makes a secret of reaches into what it has made of a value by two encodings, which is no listed form
-- oracle: same
-- guess: TOKEN 6
-- out: NAME [secret:TOKEN]
-- out: NAME [secret:TOKEN]
-- out: NAME [secret:TOKEN]
-- out: NAME [secret:TOKEN]
local letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
local function base64(text) -- of a multiple of three bytes
  return (text:gsub("...", function(group)
    local a, b, c = group:byte(1, 3)
    local n, out = a << 16 | b << 8 | c, ""
    for shift = 18, 0, -6 do out = out .. letters:sub((n >> shift & 63) + 1, (n >> shift & 63) + 1) end
    return out
  end))
end
local function hex(text) return (text:gsub(".", function(c) return ("%02x"):format(c:byte()) end)) end
local made = secret.hex(secret.base64(getSecret("TOKEN")))
for i = 1, 2 do
  local guess = hex(base64(arg[i])):sub(1, 12)
  for _, way in ipairs{
    function() return secret.template("NAME" .. guess, {}) end,
    function() return spawn{ "printf", "%s", "NAME" .. guess, capture = "secret" }.stdout end,
  } do
    way()
    local text = spawn{ "sh", "-c", 'printf %s "NAME$A"', env = { A = made }, capture = true }.stdout
    print((text:gsub("NAME", "NAME ")))
  end
end

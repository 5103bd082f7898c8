-- idea: behind the name of a credentials setting and text of one's own a value: whether all of it is a word, and how long it is, by what is masked or refused
-- oracle: same
-- out: 18	true	true
-- wrote: f
recipe{ name = "x", programs = { "cat" }, secrets = { "TOKEN", "SPECIAL", "EIGHT" } }
local function answers(name)
  local all = {}
  for k = 0, 17 do
    fs.write("f", "INFISICAL_TOKEN=" .. ("x"):rep(k))
    spawn{ "cat", stdin = secret.template("${v}yyyyyyyyyyyyyyyy", { v = getSecret(name) }), stdout = { file = "f", append = true } }
    local ok, text = pcall(fs.read, "f")
    all[#all + 1] = tostring(ok) .. (ok and text:gsub("%[secret:.-%]", "#") or "")
  end
  return all
end
local token, special, eight = answers("TOKEN"), answers("SPECIAL"), answers("EIGHT")
local last = #token
token, special, eight = table.concat(token), table.concat(special), table.concat(eight)
print(last, token == special, token == eight)

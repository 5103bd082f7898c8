-- idea: whether text of the script's own is a line, or what a line sets, depends on the value beside it
-- oracle: same
-- out: Known01zz Known02zz Known03zz Known04zz
-- out: Known11zz Known12zz Known13zz Known14zz
local s = getSecret("TOKEN")
local function make(n)
  return {
    secret.template("q\n${s}: Known" .. n .. "1zz", { s = s }),
    secret.template("q\n${s}: Known" .. n .. "2zz", { s = secret.base64(s, { url = true }) }),
    secret.template("q\n${s}: Known" .. n .. "3zz", { s = secret.urlEncode(s) }),
    secret.template("${s}Known" .. n .. "4zz", { s = s }),
  }
end
make(0)
for _, made in ipairs(make(1)) do spawn{ "cat", stdin = made, capture = "secret" } end
for n = 0, 1 do print(("Known%d1zz Known%d2zz Known%d3zz Known%d4zz"):format(n, n, n, n)) end

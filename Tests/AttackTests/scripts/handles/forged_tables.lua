-- idea: tables that look like secrets
-- out: 0 accepted
local s = getSecret("TOKEN")
local accepted = 0
for _, forged in ipairs {
  {}, { name = "TOKEN" }, { index = 0, generation = 1, kind = 1 }, { kind = "secret", index = 1, generation = 1, name = "TOKEN" },
  setmetatable({}, { __name = "secret" }), setmetatable({}, { __index = s, __tostring = function() return "[secret:TOKEN]" end }),
  "[secret:TOKEN]", io.stdout, io.stderr, json.null, coroutine.create(print), print,
} do
  local places = { { "true", fds = { [3] = forged } }, { "true", files = { A = { forged, memfd = true } } } }
  if type(forged) ~= "string" then
    places[3], places[4] = { "true", env = { A = forged } }, { "true", stdin = forged }
    if pcall(secret.template, "${a}", { a = forged }) then accepted = accepted + 1 end
    for _, place in ipairs(places) do
      if pcall(spawn, place) then accepted = accepted + 1 print(forged) end
    end
  end
end
print(accepted .. " accepted")

-- idea: white space around a name, which the server drops, makes one secret look like another
-- out: 12	12
local vault, value = login(), secret.template("x", {})
local tried, refused = 0, 0
for _, blank in ipairs { " ", "\t", "\n", "\u{A0}", "\u{FEFF}", "\u{2003}" } do
  for _, call in ipairs {
    function() vault:putSecret("TOKEN" .. blank, value) end,
    function() vault:putSecrets({ [blank .. "TOKEN"] = value }, { env = "dev" .. blank, path = blank .. "/" }) end,
  } do
    local ok, e = pcall(call)
    tried = tried + 1
    if not ok and e.kind == "usage" and e.message:find("white space", 1, true) then refused = refused + 1 end
  end
end
print(tried, refused)

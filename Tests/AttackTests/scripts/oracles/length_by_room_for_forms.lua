-- idea: the encoded forms of what holds a value are kept up to a size; a known line beside the value shows whether they were
-- oracle: same
-- out: 980\tKn0980zz\"ABCDEFG <secret:cat]
local token = getSecret("TOKEN")
local seen = {}
for pad = 940, 1020, 4 do
  local head, other = ('Kn%04dzz"ABCDEFG\n'):format(pad), ('Kn%04dyy"ABCDEFG\n'):format(pad)
  secret.template(head .. "${s}" .. ("p"):rep(pad - #head), { s = token })
  local made = secret.template(other .. "${s}" .. ("p"):rep(pad - #other), { s = token })
  local captured = spawn{ "cat", stdin = made, capture = "secret" }.stdout
  fs.write("back.txt", ('Kn%04dzz\\"ABCDEFG Kn%04dyy\\"ABCDEFG'):format(pad, pad), { allowMasked = true })
  seen[fs.read("back.txt"):gsub("%d+", "N")] = true
  if pad == 980 then print(pad, (fs.read("back.txt"):gsub("%[", "<"))) end
  captured:close()
end
local kinds = 0
for _ in pairs(seen) do kinds = kinds + 1 end
if kinds ~= 1 then print("told apart") end

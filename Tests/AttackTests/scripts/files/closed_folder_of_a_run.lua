-- idea: a program closes the folder of another run's files, so that they are not known any more under another name
-- out: denied
-- out: denied
local folder = "/dev/shm/vaultscript-" .. ("%08x"):format(os.time()):rep(4)
spawn{ "sh", "-c", 'mkdir -m 700 "$0" "$0/child" && echo of-another-run >"$0/child/key" && ln "$0/child/key" "$0.linked" && chmod 000 "$0/child"', folder }
local function try()
  local ok, e = pcall(fs.read, folder .. ".linked")
  print(ok and e or e.kind)
end
try()
spawn{ "chmod", "000", folder }
try()
spawn{ "sh", "-c", 'chmod 700 "$0" "$0/child"; rm -r "$0" "$0.linked"', folder, check = false }

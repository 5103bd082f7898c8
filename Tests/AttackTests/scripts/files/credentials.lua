-- idea: fs reads, copies, lists, links or removes the credentials, in every way of writing their path
-- credentials: file
-- out: 0 reached
login()
local reached = 0
local file = "config/vaultscript/credentials/default.env"
spawn{ "sh", "-c", "ln -s config/vaultscript/credentials/default.env link; ln -s config/vaultscript folder; ln config/vaultscript/credentials/default.env hard 2>/dev/null; true" }
for _, path in ipairs { file, "./" .. file, "config//vaultscript/credentials/default.env", "config/vaultscript/../vaultscript/credentials/default.env", "link", "folder/credentials/default.env", "hard",
  "/proc/self/cwd/" .. file, "/proc/self/root" .. (os.getenv("HOME") or "") .. "/" .. file, (os.getenv("HOME") or "") .. "/" .. file } do
  for _, verb in ipairs { "read", "stat", "remove" } do
    local ok, result = pcall(fs[verb], path)
    if ok and result ~= nil and result ~= false and not (verb == "remove" and (path == "link" or path == "hard")) and not (verb == "stat" and (path == "link" or path == "hard")) then
      reached = reached + 1 print(verb, path, result)
    end
  end
  if pcall(fs.copy, path, "copy") or pcall(fs.rename, path, "moved") and path ~= "link" and path ~= "hard" then reached = reached + 1 print("copy or rename", path) end
  pcall(fs.write, path, "x")
end
for _, folder in ipairs { "config/vaultscript", "config/vaultscript/credentials", "folder" } do
  if pcall(fs.list, folder) then reached = reached + 1 print("list", folder) end
end
if #fs.glob("config/**/*.env") > 0 then reached = reached + 1 print("glob") end
spawn{ "rm", "-f", "link", "hard", "folder" }
print(reached .. " reached")

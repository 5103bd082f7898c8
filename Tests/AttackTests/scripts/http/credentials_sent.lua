-- idea: the credentials of vaultscript are sent, or written over, as files of a request
-- credentials: file
-- out: denied denied denied denied
local home = os.getenv("HOME")
local own = home .. "/config/vaultscript/credentials/default.env"
local kinds = {}
for i, spec in ipairs{ { upload = { file = own } }, { upload = { file = "/proc/self/environ" } }, { download = { file = own } },
  { download = { file = home .. "/config/vaultscript/config.toml" } } } do
  spec.url = "https://127.0.0.1:9/"
  kinds[i] = select(2, pcall(http.request, spec)).kind
end
print(table.concat(kinds, " "))

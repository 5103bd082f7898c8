#!/usr/bin/env vaultscript
-- nightly_backup.lua: dumps PostgreSQL databases, compressed and encrypted, proves each dump, and removes old ones.
--
-- Needs   the secrets DB_PASSWORD and BACKUP_PASSPHRASE; pg_dump, pg_isready, gzip, gpg; ssh with a key for --via
-- Run     vaultscript scripts/nightly_backup.lua --folder /var/backups/db --databases app,shop [--keep 14]
--         (--help shows the parameters. To restore: gpg --decrypt FILE | gunzip | psql)

local p = recipe {
  name = "nightly-backup",
  description = "dumps databases, compressed and encrypted, and removes old dumps",
  params = {
    databases = { type = "list", required = true, pattern = "[%w_-]+", description = "which databases" },
    folder = { type = "path", required = true, description = "where the dumps are kept" },
    host = { pattern = "[%w.:-]+", default = "localhost" },
    port = { type = "integer", min = 1, max = 65535, default = 5432 },
    via = { pattern = "[%w@._-]+", description = "the machine from which ssh reaches the database: user@host" },
    user = { pattern = "[%w_-]+", default = "postgres" },
    keep = { type = "integer", min = 0, default = 14, description = "how many dumps of a database stay, whatever their age; 0: all" },
    days = { type = "integer", min = 0, default = 0, description = "remove none that is younger" },
  },
  secrets = { "DB_PASSWORD", "BACKUP_PASSPHRASE" },
  programs = { "pg_dump", "pg_isready", "gzip", "gpg", "tail", "ssh" },
}

local password, passphrase = getSecret("DB_PASSWORD"), getSecret("BACKUP_PASSPHRASE")
local stamp, home = os.date("!%Y%m%dT%H%M%SZ"), fs.tempDir()
local host = p.host
local report = { dumps = json.array {}, removed = json.array {} }

-- gpg with the passphrase on a descriptor, and no files of its own that outlive the run.
local function gpg(...)
  return { "gpg", "--homedir", home, "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase-fd", 3, { ... },
    fds = { [3] = passphrase } }
end

-- A tunnel that ends with the run. Its end here is a socket in a folder of our own, which nobody else can enter.
if p.via then
  host = fs.tempDir()
  local way = ("%s/.s.PGSQL.%d:%s:%d"):format(host, p.port, p.host, p.port)
  spawn { "ssh", "-N", "-o", "BatchMode=yes", "-o", "ExitOnForwardFailure=yes", "-L", way, p.via, background = true }
end
retry({ times = 6, backoff = "500ms", on = "exit" }, function()
  spawn { "pg_isready", "-q", "-h", host, "-p", p.port }
end)

local proved = {}
for _, name in ipairs(p.databases) do
  -- The file has its name when all of the pipe has succeeded; before that it is not there.
  task("dump " .. name, { timeout = "4h", retry = { times = 3, backoff = "5s", on = { "exit" } } }, function()
    local file = ("%s/%s.%s.sql.gz.gpg"):format(p.folder, name, stamp)
    pipe {
      { "pg_dump", "-h", host, "-p", p.port, "-U", p.user, "-w", "-d", name, env = { PGPASSWORD = password } },
      { "gzip" }, gpg("--symmetric"), stdout = { file = file, mode = "0600", atomic = true },
    }
    return file
  end)
  proved[#proved + 1] = "prove " .. name
  task("prove " .. name, { needs = "dump " .. name, timeout = "4h" }, function(needs)
    local file = needs["dump " .. name]
    local last = pipe { gpg("--decrypt", file), { "gzip", "-d" }, { "tail", "-n", "10" }, capture = true }.stdout
    if not last:find("PostgreSQL database dump complete", 1, true) then fail(file .. " is not a whole dump") end
    report.dumps[#report.dumps + 1] = { database = name, file = file, bytes = fs.stat(file).size }
    progress(#report.dumps, #p.databases, name)
  end)
end

-- Only when every new dump has been proved.
task("rotate", { needs = proved, when = p.keep > 0 }, function()
  for _, name in ipairs(p.databases) do
    local files = fs.glob(("%s/%s.*.sql.gz.gpg"):format(p.folder, name)) -- oldest first
    for i = 1, #files - p.keep do
      if os.time() - fs.stat(files[i]).mtime >= p.days * 86400 then
        fs.remove(files[i])
        report.removed[#report.removed + 1] = files[i]
      end
    end
  end
  log.info("removed", { dumps = #report.removed })
end)
return report

#!/usr/bin/env vaultscript
-- release.lua: archives a commit, tags and pushes it, publishes a release with the archive and its checksum, and proves it.
--
-- Needs   a secret GH_PAT that may push and make releases; git and sha256sum
-- Run     vaultscript scripts/release.lua --repo OWNER/NAME --version v1.2.3 [--tree PATH]
--         (It asks before anything leaves the machine; vaultscript --yes … does not, and --dry-run only archives. --help
--         shows the parameters. Another server than GitHub: --api and --uploads, with their hosts in [http] hosts of your
--         configuration; USER_NAME for git servers that want a name with the token)

local p = recipe {
  name = "release",
  description = "tags a commit and publishes it as a release, with an archive and its checksum",
  params = {
    repo = { type = "string", required = true, pattern = "[%w._-]+/[%w._-]+", description = "owner and name: octocat/hello" },
    version = { type = "string", required = true, pattern = "v%d+%.%d+%.%d+[%w.-]*", description = "the tag: v1.2.3" },
    tree = { type = "path", default = ".", description = "the work tree" },
    dryRun = { type = "boolean", description = "make the archive, and nothing that leaves the machine" },
    api = { type = "string", pattern = "https?://[%w.:/_-]+", default = "https://api.github.com" },
    uploads = { type = "string", pattern = "https?://[%w.:/_-]+", default = "https://uploads.github.com" },
  },
  secrets = { "GH_PAT" },
  programs = { "git", "sha256sum" },
  hosts = { "api.github.com", "uploads.github.com", "release-assets.githubusercontent.com", "objects.githubusercontent.com" },
}

local git = require("git")
local token = getSecret("GH_PAT")
local headers = { Authorization = secret.template("Bearer ${token}", { token = token }) }
local releases = ("%s/repos/%s/releases"):format(p.api, p.repo)
local folder, base = fs.tempDir(), p.repo:match("[^/]+$") .. "-" .. p.version
local result = { tag = p.version }

if not p.dryRun and not confirm(("Publish %s of %s?"):format(p.version, p.repo)) then fail("nothing was published") end

-- The archive and its checksum, in a folder that is gone at the end.
task("archive", function()
  local archive = base .. ".tar.gz"
  spawn {
    "git", "archive", "--format=tar.gz", "--prefix=" .. base .. "/", "--output=" .. folder .. "/" .. archive, "HEAD",
    cwd = p.tree,
  }
  local sum = spawn { "sha256sum", archive, cwd = folder, capture = true }.stdout
  fs.write(folder .. "/" .. archive .. ".sha256", sum)
  result.sha256 = sum:match("^%x+")
  return { archive, archive .. ".sha256" }
end)

-- Not pushed a second time: git refuses a tag that is there.
task("tag", { needs = "archive", when = not p.dryRun }, function()
  spawn { "git", "tag", "--annotate", "--message=" .. p.version, p.version, cwd = p.tree }
  git.push {
    cwd = p.tree, branch = "refs/tags/" .. p.version, token = token, username = os.getenv("USER_NAME"), timeout = "5m",
  }
  result.commit = git.head { cwd = p.tree }
end)

-- A draft, which becomes a release when all of it is there, and is removed when something fails.
task("publish", { needs = { "archive", "tag" }, when = not p.dryRun }, function(needs)
  local draft = http.request {
    url = releases, headers = headers, json = { tag_name = p.version, name = p.version, draft = true },
  }.json
  local url = releases .. "/" .. draft.id
  defer(function(err)
    if err then http.request { url = url, method = "DELETE", headers = headers, retry = { times = 4 } } end
  end)
  local uploads = {}
  for i, name in ipairs(needs.archive) do
    uploads[i] = function()
      return http.request {
        url = ("%s/repos/%s/releases/%d/assets?name=%s"):format(p.uploads, p.repo, draft.id, name),
        method = "POST", headers = headers, upload = { file = folder .. "/" .. name }, timeout = "10m",
      }.json.id
    end
  end
  local archive = parallel(uploads)
  result.url = http.request { url = url, method = "PATCH", headers = headers, json = { draft = false } }.json.html_url
  return ("%s/assets/%d"):format(releases, archive)
end)

-- What people get is what was archived. The server points to where the file lies: the token does not go there.
task("prove", { needs = "publish", when = not p.dryRun, timeout = "10m", retry = 3 }, function(needs)
  local file = { file = folder .. "/published" }
  local ask = { Authorization = headers.Authorization, Accept = "application/octet-stream" }
  local answer = http.request { url = needs.publish, headers = ask, download = file, check = false }
  if answer.headers.location then answer = http.request { url = answer.headers.location, download = file } end
  local sum = answer.ok and spawn { "sha256sum", file.file, capture = true }.stdout:match("^%x+")
  if sum ~= result.sha256 then fail("what " .. needs.publish .. " gives is not the archive") end
end)
return result

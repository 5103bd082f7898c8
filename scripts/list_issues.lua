#!/usr/bin/env vaultscript
-- list_issues.lua: the issues of a repository, page by page, as JSON.
--
-- Needs   a secret GH_PAT that may read the repository
-- Run     vaultscript scripts/list_issues.lua --repo OWNER/NAME [--state closed] [--labels bug,ui] | jq length
--         (--help shows the parameters. GitHub Enterprise: --api https://HOST/api/v3, with HOST in [http] hosts of your
--         configuration)

local p = recipe {
  name = "list-issues",
  description = "lists the issues of a repository",
  params = {
    repo = { type = "string", required = true, pattern = "[%w._-]+/[%w._-]+", description = "owner and name: octocat/hello" },
    state = { enum = { "open", "closed", "all" }, default = "open" },
    labels = { type = "list", description = "only issues with all of these" },
    limit = { type = "integer", min = 1, max = 10000, default = 1000, description = "the most issues" },
    within = { pattern = "%d+[smh]", default = "15m", description = "how long it may take, pauses for the server included" },
    api = { type = "string", pattern = "https?://[%w.:/_-]+", default = "https://api.github.com" },
  },
  secrets = { "GH_PAT" },
  hosts = { "api.github.com" },
}

local function encoded(text)
  return (text:gsub("[^%w._~-]", function(c) return ("%%%02X"):format(c:byte()) end))
end

local url = ("%s/repos/%s/issues?per_page=100&state=%s"):format(p.api, p.repo, p.state)
if #p.labels > 0 then url = url .. "&labels=" .. encoded(table.concat(p.labels, ",")) end

local headers = {
  Accept = "application/vnd.github+json",
  Authorization = secret.template("Bearer ${token}", { token = getSecret("GH_PAT") }),
}

-- A server that answers no more for now says when it will again.
local function rest(page)
  if page.headers["x-ratelimit-remaining"] ~= "0" then return end
  local pause = math.max(0, (tonumber(page.headers["x-ratelimit-reset"] or "") or 0) - os.time())
  log.info("the server wants a pause", { seconds = pause })
  sleep(pause)
end

-- The address of the next page comes from the server; the token goes there only if it is a host that is named.
local issues = json.array {}
timeout(p.within, function()
  while url and #issues < p.limit do
    local page = http.request { url = url, headers = headers, retry = { times = 4 } }
    for _, issue in ipairs(page.json) do
      if not issue.pull_request and #issues < p.limit then
        issues[#issues + 1] = { number = issue.number, title = issue.title, url = issue.html_url }
      end
    end
    log.debug("page", { issues = #issues, left = page.headers["x-ratelimit-remaining"] })
    url = (page.headers.link or ""):match('<([^>]+)>;%s*rel="next"')
    if url and #issues < p.limit then rest(page) end
  end
end)
return issues

-- git: commit, push, fetch and clone with a token that git gets through its own credential protocol.
--
--   local git = require("git")
--   git.push{ remote = "origin", branch = "main", token = getSecret("GH_PAT") }
--
-- The token reaches git as the answer of a credential helper that reads a file in the run's own folder in memory. It is
-- in no argument, no URL, no configuration file and no reflog; helpers the user has set up (such as one that stores
-- what worked) are not asked and not told; and it is given to the remote's own host only, not to where that redirects.

local git = {}

local helper = "!f() { test \"$1\" = get && cat \"$VAULTSCRIPT_GIT_CREDENTIAL\"; }; f"

-- What git writes of its own accord could hold a header or be sent to a file past the masker.
local quietEnvironment = {
  GIT_TERMINAL_PROMPT = "0", GIT_ASKPASS = false, SSH_ASKPASS = false, GIT_TRACE = false, GIT_TRACE_CURL = false,
  GIT_TRACE_PACKET = false, GIT_TRACE2 = false, GIT_TRACE2_EVENT = false, GIT_TRACE2_PERF = false,
  GIT_CURL_VERBOSE = false,
}

local function usage(message, hint)
  error(setmetatable({ kind = "usage", message = message, hint = hint }, {
    __tostring = function(e) return e.hint and e.message .. "\n" .. e.hint or e.message end,
  }), 0)
end

-- Checks that `options` is a table with the keys of `known`, each of the type that stands there ("?" : optional).
local function checked(name, options, known)
  if type(options) ~= "table" then usage("git." .. name .. ": expected a table of options, got a " .. type(options)) end
  for key in pairs(options) do
    if not known[key] then
      local names = {}
      for k in pairs(known) do names[#names + 1] = k end
      table.sort(names)
      usage("git." .. name .. ": there is no option \"" .. tostring(key) .. "\"", "it takes: " .. table.concat(names, ", "))
    end
  end
  for key, wanted in pairs(known) do
    local value, optional = options[key], wanted:sub(1, 1) == "?"
    local expected = optional and wanted:sub(2) or wanted
    if value == nil and not optional then usage("git." .. name .. ": " .. key .. " is missing", "give " .. key .. " = …") end
    if value ~= nil and expected ~= "any" and type(value) ~= expected then
      usage("git." .. name .. ": " .. key .. ": expected a " .. expected .. ", got a " .. type(value))
    end
  end
  return options
end

-- An argument that git could take for an option is refused.
local function plain(name, key, value)
  if value ~= nil and value:sub(1, 1) == "-" then
    usage("git." .. name .. ": " .. key .. ": \"" .. value .. "\" begins with a dash")
  end
  return value
end

-- Runs git quietly and gives the first line it prints; nil when it fails.
local function ask(cwd, ...)
  local result = spawn { "git", { ... }, cwd = cwd, capture = true, check = false, env = quietEnvironment }
  if not result.ok then return nil end
  return (result.stdout:match("^[^\n]*"))
end

-- Whether `host`, with a port or without, is this machine by every resolver.
local function isLoopback(host)
  local name = host:match("^(%[.*%]):?%d*$") or host:match("^([^:]*):?%d*$")
  return name == "localhost" or name == "[::1]" or name ~= nil and name:match("^127%.%d+%.%d+%.%d+$") ~= nil
end

-- The part of `url` that a credential belongs to, such as https://github.com; errors for what takes no token.
local function origin(name, url, allowInsecure)
  local scheme, authority = url:match("^(https?)://([^/?#]+)")
  if not scheme then
    usage("git." .. name .. ": a token needs an http or https address, and the remote has " .. url,
      "set another address (git remote set-url), or leave the token out and let ssh do it")
  end
  local host = authority:match("([^@]*)$")
  if scheme == "http" and not isLoopback(host) and not allowInsecure then
    usage("git." .. name .. ": the remote's address " .. scheme .. "://" .. host .. " is not encrypted",
      "use https, or say allowInsecure = true where the network is your own")
  end
  return scheme .. "://" .. host
end

-- Runs git with the token at hand for `url`; without a token, just runs it.
local function withToken(name, options, url, arguments)
  local request = { "git", cwd = options.cwd, timeout = options.timeout, env = quietEnvironment }
  if options.token ~= nil then
    local key = "credential." .. origin(name, url, options.allowInsecure)
    request[2] = { "-c", "credential.helper=", "-c", key .. ".helper=", "-c", key .. ".helper=" .. helper }
    request.files = {
      VAULTSCRIPT_GIT_CREDENTIAL = secret.template("username=${user}\npassword=${token}\n", {
        user = options.username or "x-access-token", token = options.token,
      }),
    }
  end
  request[#request + 1] = arguments
  return spawn(request)
end

-- Commits what has changed. Gives the new commit's hash, or nil when there was nothing to commit.
--   cwd: the work tree · message · paths: a list (default: everything) · author: "Name <mail>"
function git.commit(options)
  options = checked("commit", options, { cwd = "?string", message = "string", paths = "?table", author = "?string" })
  local run = { cwd = options.cwd, env = quietEnvironment }
  spawn { "git", "add", "--all", "--", options.paths or ".", cwd = run.cwd, env = run.env }
  local staged = spawn { "git", "diff", "--cached", "--quiet", cwd = run.cwd, env = run.env, capture = true, check = false }
  if staged.code == 0 then return nil end
  spawn {
    "git", "commit", "--quiet", "--message", options.message, options.author and { "--author", options.author } or {},
    cwd = run.cwd, env = run.env,
  }
  return git.head { cwd = options.cwd }
end

-- The hash of the current commit; nil where there is none yet.
function git.head(options)
  options = checked("head", options or {}, { cwd = "?string" })
  return ask(options.cwd, "rev-parse", "--verify", "--quiet", "HEAD")
end

-- Pushes a branch. Raises what git says when the server refuses.
--   remote (default "origin") · branch (default: the current one) · token: a secret · username (default
--   "x-access-token", as GitHub takes it) · tags: also push tags · cwd · timeout · allowInsecure
function git.push(options)
  options = checked("push", options, {
    remote = "?string", branch = "?string", token = "?any", username = "?string", tags = "?boolean", cwd = "?string",
    timeout = "?any", allowInsecure = "?boolean",
  })
  local remote = plain("push", "remote", options.remote) or "origin"
  local branch = plain("push", "branch", options.branch) or ask(options.cwd, "symbolic-ref", "--short", "HEAD")
  if not branch then usage("git.push: no branch is checked out", "name it: branch = \"main\"") end
  local url = ask(options.cwd, "remote", "get-url", "--push", remote) or remote
  return withToken("push", options, url, { "push", options.tags and "--tags" or {}, "--", remote, branch })
end

-- Fetches from a remote; options as for push, without branch and tags.
function git.fetch(options)
  options = checked("fetch", options, {
    remote = "?string", token = "?any", username = "?string", cwd = "?string", timeout = "?any",
    allowInsecure = "?boolean",
  })
  local remote = plain("fetch", "remote", options.remote) or "origin"
  local url = ask(options.cwd, "remote", "get-url", remote) or remote
  return withToken("fetch", options, url, { "fetch", "--", remote })
end

-- Clones `url` into `into`; further options as for fetch, and branch.
function git.clone(options)
  options = checked("clone", options, {
    url = "string", into = "string", branch = "?string", token = "?any", username = "?string", cwd = "?string",
    timeout = "?any", allowInsecure = "?boolean",
  })
  local url, into = plain("clone", "url", options.url), plain("clone", "into", options.into)
  local branch = plain("clone", "branch", options.branch)
  return withToken("clone", options, url, { "clone", branch and { "--branch", branch } or {}, "--", url, into })
end

return git

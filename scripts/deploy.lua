#!/usr/bin/env vaultscript
-- deploy.lua: commit what has changed in a work tree, and push it with a token from the vault.
--
-- Needs   a secret GH_PAT that may push to the remote, and git
-- Run     vaultscript scripts/deploy.lua [WORK-TREE [MESSAGE]]
--         (credentials: see "Credentials" in the README; USER_NAME for servers that want a name with the token)

local git = require("git")
local tree, message = ...
tree = tree or "."
if tree:find("^%-") then fail("expected WORK-TREE and MESSAGE, got " .. tree .. "; see the head of this script", { code = 2 }) end

local commit = git.commit { cwd = tree, message = message or "Deploy " .. os.date("!%Y-%m-%d %H:%M") }
if not commit then log.info("nothing has changed; the last commit is pushed") end

git.push {
  cwd = tree,
  remote = "origin",
  token = getSecret("GH_PAT"),
  username = os.getenv("USER_NAME"),
  timeout = "5m",
}
log.info("pushed", { commit = git.head { cwd = tree } })

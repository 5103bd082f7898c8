-- idea: the hint of an error names what is in folders, or which projects there are, that a recipe does not declare
-- out: notFound	notFound	notFound
-- lacks: /web
-- lacks: project-one
recipe{ name = "r", secrets = { "ONLY", { name = "ONLI", path = "/x" }, { name = "TOKEN", project = "nope" } } }
local _, one = pcall(getSecret, "ONLY")
local _, other = pcall(getSecret, "ONLI", { path = "/x" })
local _, third = pcall(getSecret, "TOKEN", { project = "nope" })
print(one.kind, other.kind, third.kind)
io.stderr:write(tostring(one), "\n", tostring(other):gsub("/x", ""), "\n", tostring(third), "\n")

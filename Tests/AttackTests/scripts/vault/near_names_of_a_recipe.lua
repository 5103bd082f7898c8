-- idea: the hint of an error names what is in folders that a recipe does not declare
-- out: notFound	notFound
-- lacks: /web
recipe{ name = "r", secrets = { "ONLY", { name = "ONLI", path = "/x" } } }
local _, one = pcall(getSecret, "ONLY")
local _, other = pcall(getSecret, "ONLI", { path = "/x" })
print(one.kind, other.kind)
io.stderr:write(tostring(one), "\n", tostring(other):gsub("/x", ""), "\n")

local t = getSecrt("GH_PAT") --> unknown-global: did you mean getSecret?
print(t)

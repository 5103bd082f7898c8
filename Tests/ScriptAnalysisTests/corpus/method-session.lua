local vault = login{ profile = "blog" }
print(vault:getSecrt("X")) --> unknown-method: did you mean getSecret?

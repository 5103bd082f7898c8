-- idea: more output than may be captured, on either stream and as a secret
-- out: false	false	false	false
print((pcall(spawn, { "sh", "-c", "yes", capture = true, maxOutput = 100000 })), (pcall(spawn, { "sh", "-c", "yes >&2", capture = true, maxOutput = 100000 })),
  (pcall(spawn, { "sh", "-c", "yes", capture = "secret", maxOutput = 100000 })), (pcall(spawn, { "head", "-c", "9000000", "/dev/zero", capture = "secret" })))

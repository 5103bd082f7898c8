-- idea: a guess of a whole value comes out unmasked by log, fail, io.stderr, an error or -v
-- guess: TOKEN
-- options: -v
-- exit: 1
-- contains: [secret:TOKEN]
getSecret("TOKEN")
local guess = arg[1]
print(guess)
io.write(guess, "\n")
io.stderr:write(guess, "\n")
log.debug(guess, { [guess] = guess })
log.error("x", { nested = { guess } })
spawn{ "true", guess, "--token=" .. guess }
pcall(spawn, { "false", guess })
pcall(spawn, { guess })
pcall(require, guess)
pcall(getSecret, guess)
spawn{ "echo", guess, label = guess }
defer(function() print(guess) end)
fail(guess)

-- idea: defer in defer, errors in them, secrets taken there
-- exit: 1
-- error: the cause
-- out: [secret:TOKEN]
-- out: again
defer(function() print(getSecret("TOKEN")) defer(function() print("again") end) error("hidden") end)
defer(function() error(getSecret("EIGHT")) end)
error("the cause", 0)

-- idea: a pattern that would take years
-- options: --limit cpu=500ms
-- exit: 1
-- error: CPU
getSecret("TOKEN")
string.find(("a"):rep(40), ("a?"):rep(40) .. ("a"):rep(40))

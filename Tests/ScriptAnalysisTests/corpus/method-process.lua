local p = spawn{ "sleep", "1", background = true }
p:stop() --> unknown-method: a process has no method stop

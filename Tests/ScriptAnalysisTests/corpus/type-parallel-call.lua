parallel{ fs.read("a") } --> wrong-type: expected a function, got a text

print("now: " .. os.time) --> wrong-type: a function cannot be joined to a text

-- idea: json.null, shared by all, is changed
-- out: false	false	null
print((pcall(function() json.null.x = 1 end)), getmetatable(json.null), json.null)

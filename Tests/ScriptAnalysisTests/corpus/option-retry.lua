retry({ times = 3, wait = "1s" }, function() spawn{ "curl", "x" } end) --> unknown-option: retry: there is no option wait

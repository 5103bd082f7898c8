http.request{ url = arg[1], method = "get" } --> wrong-value: write "GET"

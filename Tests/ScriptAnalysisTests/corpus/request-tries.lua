http.request{ url = arg[1], retry = { times = 11 } } --> wrong-value: expected a number from 1 to 10

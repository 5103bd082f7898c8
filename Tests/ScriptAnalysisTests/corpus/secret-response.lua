local r = http.request{ url = "https://example.com/token", capture = "secret" }
print("x" .. r.body) --> secret-misuse: cannot be joined to a text

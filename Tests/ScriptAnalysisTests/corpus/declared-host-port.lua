recipe{ name = "x", hosts = { "localhost:8080" } }
print(http.request{ url = "http://localhost:8080/" }.body)
print(http.request{ url = "http://localhost:8081/" }.body) --> undeclared-host: did you mean localhost:8080?

recipe{
  name = "x",
  hosts = {
    "api.github.com",
    "api.gitlab.com", --> unused-host: the host api.gitlab.com is declared and not used
  },
}
print(http.request{ url = "https://api.github.com/user" }.json)

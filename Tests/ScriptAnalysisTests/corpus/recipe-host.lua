recipe{
  name = "x",
  hosts = { "https://a.com" }, --> wrong-value: write "a.com"
}
http.request{ url = arg[1] }

-- idea: proxy variables lead the login elsewhere
-- environment: http_proxy=http://127.0.0.1:9
-- environment: HTTPS_PROXY=http://127.0.0.1:9
-- environment: ALL_PROXY=socks5://127.0.0.1:9
-- out: [secret:TOKEN]
print(getSecret("TOKEN"))

-- idea: git prints the address with a token in its errors and traces
-- needs: git
-- contains: done
local url = secret.template("http://x:${t}@127.0.0.1:9/x.git", { t = getSecret("TOKEN") })
spawn{ "sh", "-c", 'git ls-remote "$U"; git -c http.extraHeader="Authorization: Bearer $T" ls-remote http://127.0.0.1:9/x', env = { U = url, T = getSecret("TOKEN"), GIT_TRACE = "1", GIT_CURL_VERBOSE = "1", GIT_TRACE_CURL = "1" }, check = false }
print("done")

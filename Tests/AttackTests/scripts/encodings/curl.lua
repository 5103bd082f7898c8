-- idea: curl prints the header, the address and the user's name and password in its trace
-- needs: curl
-- contains: done
spawn{ "sh", "-c", 'curl -v -s -u "bot:$T" -H "X-Token: $T" "http://127.0.0.1:9/$T?x=$T"; curl -s "http://$T@/"; curl -s --trace-ascii - "$D/$T" -u "a:$T"', check = false,
       env = { T = getSecret("TOKEN"), D = "http://127.0.0.1:9" } }
print("done")

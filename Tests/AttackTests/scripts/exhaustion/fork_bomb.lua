-- idea: a program leaves many others behind, in groups of their own
-- out: done
spawn{ "sh", "-c", "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do setsid sleep 30 >/dev/null 2>&1 & done; exit 0", env = { T = getSecret("TOKEN") } }
print("done")

-- idea: a withheld variable that is passed on is printed
-- out: [secret:GITHUB_TOKEN]
-- out: [secret:MY_DB_PASSWORD]
spawn{ "printenv", "GITHUB_TOKEN", "MY_DB_PASSWORD", passEnv = { "GITHUB_TOKEN", "MY_DB_PASSWORD" } }

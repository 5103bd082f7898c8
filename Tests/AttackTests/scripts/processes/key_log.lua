-- idea: SSLKEYLOGFILE, .netrc and .curlrc of the environment steer the connection to the vault
-- environment: SSLKEYLOGFILE=$HOME/keys
-- environment: CURL_HOME=$HOME
-- environment: NETRC=$HOME/netrc
-- out: [secret:TOKEN]
-- out: none
print(getSecret("TOKEN"))
spawn{ "sh", "-c", "test -e keys && echo keys || echo none" }

-- idea: a secret is raised as an error and nobody catches it
-- exit: 1
-- error: got the secret TOKEN
error(getSecret("TOKEN"))

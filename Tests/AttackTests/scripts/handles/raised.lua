-- idea: a secret is raised as an error and nobody catches it
-- exit: 1
-- error: raised as an error
error(getSecret("TOKEN"))

-- idea: the environment of a program holds what is withheld
-- lacks: TOKEN
-- lacks: INFISICAL
-- lacks: PASSWORD
spawn{ "env" }

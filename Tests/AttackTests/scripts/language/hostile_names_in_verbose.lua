-- idea: -v shows arguments that drive the terminal or look like other commands
-- options: -v
-- lacks: \e
spawn{ "true", "\27[2J", "a\n+ rm -rf /", "\r+ fake" }

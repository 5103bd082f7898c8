-- idea: the name of a chunk makes load or an error read a file
-- out: nil
-- lacks: root:
local f, message = load("syntax error here", "@/etc/passwd")
print(f)
io.stderr:write(message, "\n")

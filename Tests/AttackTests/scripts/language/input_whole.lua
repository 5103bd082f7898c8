-- idea: values come in on standard input, read as a whole and line by line
-- input: a ${TOKEN} b\n${SPECIAL}\n${EIGHT}
-- out: a [secret:TOKEN] b
-- out: [secret:SPECIAL]
-- out: [secret:EIGHT]
getSecret("TOKEN") getSecret("SPECIAL") getSecret("EIGHT")
print(io.read())
print(io.read("a"))

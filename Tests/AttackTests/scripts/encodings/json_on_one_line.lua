-- idea: the fields of a value that is JSON on one line, as jq and others print it again
-- needs: jq
-- needs: python3
-- contains: "token": "[secret:CFG]"
-- contains: "deep": "[secret:CFG]"
spawn{
  "sh", "-c", [[printf %s "$C" | jq .; printf %s "$C" | jq -r '.token, .nested.deep | @base64'; printf %s "$C" | python3 -m json.tool --indent 1
    printf %s "$C" | jq -c '[.nested]']], env = { C = getSecret("CFG") }
}

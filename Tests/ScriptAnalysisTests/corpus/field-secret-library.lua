print(secret.tempalte("${x}", { x = "1" })) --> unknown-field: did you mean template?

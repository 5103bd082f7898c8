print((" x "):trim()) --> unknown-method: text:match(

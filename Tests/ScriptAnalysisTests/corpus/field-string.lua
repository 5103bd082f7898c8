print(string.trim(" x ")) --> unknown-field: string has no field trim

print(json.stringify({})) --> unknown-field: json has no field stringify

local t = getSecret("T")
print(json.encode({ a = { b = { t } } })) --> secret-misuse: json.encode

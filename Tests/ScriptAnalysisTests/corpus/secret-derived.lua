local header = secret.template("Bearer ${t}", { t = getSecret("T") })
print(#header) --> secret-misuse: cannot be measured

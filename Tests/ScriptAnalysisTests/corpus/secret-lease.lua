local db <close> = login():lease("orders", { ttl = "1h" })
print(db.id .. " is leased", db.DB_PASSWORD, db:expires())
print("password " .. db.DB_PASSWORD) --> secret-misuse: cannot be joined to a text

-- idea: names() gives values, notes or tags
-- out: CFG EIGHT FIVE LOW PEM PIN SPECIAL TOKEN X
print(table.concat(login():names(), " "))

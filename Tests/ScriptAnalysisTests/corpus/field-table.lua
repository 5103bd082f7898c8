local t = { 1 }
table.push(t, 2) --> unknown-field: table has no field push

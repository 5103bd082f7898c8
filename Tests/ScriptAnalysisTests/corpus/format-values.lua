print(("%s: %d"):format("x")) --> format: the text has 2 places to fill and there is 1 value

print("hello) --> syntax: the text that begins here is not closed

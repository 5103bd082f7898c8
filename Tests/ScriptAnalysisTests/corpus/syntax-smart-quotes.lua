print(“hello”) --> syntax: a text is written in plain quotes

print("C:\Users") --> syntax: this escape is not one that Lua knows

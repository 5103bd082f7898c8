print("\300") --> syntax: a byte is at most

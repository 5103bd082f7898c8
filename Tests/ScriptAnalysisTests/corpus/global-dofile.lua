dofile("other.lua") --> not-available: require it

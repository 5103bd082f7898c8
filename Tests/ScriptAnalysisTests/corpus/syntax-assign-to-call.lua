tostring(1) = 2 --> syntax: this cannot be assigned to

json({ a = 1 }) --> wrong-type: the library json cannot be called

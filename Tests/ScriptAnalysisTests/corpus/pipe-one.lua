pipe{ { "ls" } } --> wrong-value: pipe: expected two programs or more, got one

spawn{ "ls", quiet = true, quiet = false } --> duplicate-key: quiet stands twice

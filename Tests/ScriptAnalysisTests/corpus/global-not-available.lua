os.execute("ls") --> not-available: run a program with spawn

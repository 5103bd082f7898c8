print(fs:read("x.txt")) --> wrong-type: write it with a dot

-- idea: require is given a pipe that nobody writes, a folder, a device, a file of megabytes
-- out: false	false	false	false
spawn{ "mkfifo", "pipe.lua" }
spawn{ "mkdir", "dir.lua" }
spawn{ "sh", "-c", "head -c 80000000 /dev/zero >huge.lua" }
spawn{ "ln", "-s", "/dev/zero", "zero.lua" }
print((pcall(require, "pipe")), (pcall(require, "dir")), (pcall(require, "huge")), (pcall(require, "zero")))
spawn{ "rm", "huge.lua" }

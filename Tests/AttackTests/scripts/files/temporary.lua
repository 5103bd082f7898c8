-- idea: the temporary folder of a run can be read by others, or stays
-- out: 700
local folder = fs.tempDir()
spawn{ "stat", "-c", "%a", folder }
fs.write(folder .. "/x", "text")

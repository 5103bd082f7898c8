-- idea: ten thousand host errors, kept, so that the host's record of them grows
-- exit: 2
local kept = {}
for i = 1, 10000 do kept[i] = select(2, pcall(os.getenv, "GITHUB_TOKEN")) end
error(kept[10000])

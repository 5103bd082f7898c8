-- idea: the file with a value can be read by others, or is on a disk
-- out: 600 700 tmpfs
spawn{ "sh", "-c", 'echo $(stat -c %a "$K") $(stat -c %a "$(dirname "$K")") $(stat -f -c %T "$K")', files = { K = getSecret("TOKEN") } }

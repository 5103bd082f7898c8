-- idea: XDG_RUNTIME_DIR and TMPDIR point to a disk, so that the file with a value lands there
-- environment: XDG_RUNTIME_DIR=$HOME
-- environment: TMPDIR=$HOME
-- out: tmpfs
-- out: elsewhere
spawn{ "sh", "-c", 'stat -f -c %T "$K"; case "$K" in "$HOME"/*) echo here;; *) echo elsewhere;; esac', files = { K = getSecret("TOKEN") } }

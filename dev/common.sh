# Shared by the scripts in this folder; sourced, not run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD

# What it takes to build; what tests and the demo want besides is named there.
build_packages=(liblua5.4-dev libcurl4-openssl-dev libssl-dev libtomlplusplus-dev pkg-config)

# Installs the Debian packages that are missing. Does nothing, and asks for nothing, when all are there.
need() {
    local package missing=()
    for package; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    command -v apt-get >/dev/null || {
        echo "missing: ${missing[*]}; install them with this system's package manager" >&2
        exit 1
    }
    local run=()
    [ "$(id -u)" -eq 0 ] || run=(sudo)
    echo "installing: ${missing[*]}" >&2
    "${run[@]}" apt-get install -y --no-install-recommends "${missing[@]}" >&2 2>/dev/null || {
        "${run[@]}" apt-get update >&2
        "${run[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}" >&2
    }
}

# Checks for what only the user can install.
need_swift() {
    command -v swift >/dev/null || {
        echo "swift was not found; install Swift 6.2 or later (swift.org/install) and put it on PATH" >&2
        exit 1
    }
}

# A TCP port on loopback that nothing listens on.
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 40000))
        (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
    done
}

# Waits until something listens on loopback port $1, at most 10 seconds.
wait_for_port() {
    local try
    for try in $(seq 100); do
        (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return
        sleep 0.1
    done
    echo "nothing listens on port $1" >&2
    return 1
}

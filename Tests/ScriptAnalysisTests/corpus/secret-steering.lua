local h = getSecret("A")
spawn{ "x", env = { LD_PRELOAD = h } } --> secret-misuse: LD_PRELOAD steers a loader

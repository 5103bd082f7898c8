spawn{ "ssh", "-i", "${file:KEY}", "web1", files = { KEYS = getSecret("SSH_KEY") } } --> template: did you mean KEYS?

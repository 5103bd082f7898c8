require("git").clone{ url = "https://example.com/x.git" } --> missing-argument: git.clone: into is missing

spawn("git", "status") --> wrong-type: write spawn{ "git", "status" }

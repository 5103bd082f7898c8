spawn{
  "git", "status"
  cwd = "." --> syntax: a comma is missing before this
}

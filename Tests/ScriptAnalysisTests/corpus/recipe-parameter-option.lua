recipe{ name = "x", params = {
  dryRun = {},
  dry_run = {}, --> wrong-value: two parameters are the option --dry-run
} }

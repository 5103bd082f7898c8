log.warning("x") --> unknown-field: did you mean warn

prnit("x") --> unknown-global: did you mean print?

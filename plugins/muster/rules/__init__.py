"""The rules: one file a rule, and the one table of them."""

"""Run the rules, settle their findings, and report them."""

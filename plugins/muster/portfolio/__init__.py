"""Many repositories as one: what a portfolio names, what was read of each, and what they cite of one another."""

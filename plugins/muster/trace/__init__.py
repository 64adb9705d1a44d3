"""From a requirement to the code that cites it, the tests that verify it, and their results."""

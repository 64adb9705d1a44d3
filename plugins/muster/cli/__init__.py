"""The command line: one module a command group; the only place that imports click and rich."""

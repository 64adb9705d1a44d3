"""Links and anchors: what a Markdown file links to, what it can be linked by, and whether the two meet."""

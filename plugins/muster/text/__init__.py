"""Reading text: Markdown blocks with lines, front matter, anchors, keywords, fingerprints."""

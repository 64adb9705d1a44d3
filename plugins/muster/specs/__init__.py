"""Find and read specs; requirement files, the compliance table, IDs, and what changed between revisions."""

"""Where the lines of a file are on the web, in the repository that the setting `links.repository` names."""

from __future__ import annotations

from urllib.parse import quote


def source_address(repository: str, path: str, first: int, last: int = 0) -> str:
    """The address of lines as they are written; "" where nobody said which web address the repository has."""
    if not repository:
        return ""
    # Hosts show a Markdown file as a page, which has no lines, unless they are asked for the plain text.
    plain = "?plain=1" if path.endswith(".md") else ""
    lines = f"#L{first}-L{last}" if last > first else f"#L{first}"
    return f"{repository.rstrip('/')}/blob/HEAD/{quote(path, errors='surrogateescape')}{plain}{lines}"

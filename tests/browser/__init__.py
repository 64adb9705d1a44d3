"""Tests in a real browser; `nox -s browser` runs them."""

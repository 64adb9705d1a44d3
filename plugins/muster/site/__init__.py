"""What people see: the Markdown extension, generated pages and assets, made from values."""

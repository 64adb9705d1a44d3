"""The bench: synthetic projects, measurements beside a plain parse, and the page that shows them."""

"""The web page for phones. Only `opening.py` is imported while `web.enabled` is false."""

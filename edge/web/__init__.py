"""The page for the phones in the room. Nothing of it is imported where `web.enabled` is false."""

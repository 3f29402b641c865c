"""How a face is turned and covered."""

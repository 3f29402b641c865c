"""What the broker at the other end takes, limits and refuses."""

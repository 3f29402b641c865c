"""What should play, and whether the device may change it. Pure."""

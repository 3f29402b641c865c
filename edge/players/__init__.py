"""What plays the music: one adapter a service behind one protocol."""

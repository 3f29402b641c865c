"""Where frames come from: one adapter a file, and the thread that owns the camera."""

"""The pictures that commands draw, all on one canvas (`canvas.py`)."""

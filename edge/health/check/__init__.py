"""The trials behind `moodroom check`, one function a part."""

"""The checks behind `moodroom check`, one function for each part."""

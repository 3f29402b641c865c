"""Whether a face is a living one: a picture on the wall never changes, and a television is always in the same place."""

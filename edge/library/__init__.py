"""The listener's own songs: read, described by audio features, sorted into moods, published."""

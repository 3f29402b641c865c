"""One file with all that makes a device its household's, and how it comes back."""

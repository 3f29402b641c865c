"""`python -m edge` is the command `moodroom`."""

from edge.cli import main

main()

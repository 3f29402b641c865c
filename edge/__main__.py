"""`python -m edge` is the command `moodroom`."""

from edge.cli.main import main

main()

"""The command line: arguments only. What each command does is in `edge.commands`."""

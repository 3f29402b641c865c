"""The command line: arguments only. The work of each command is in `edge.commands`."""

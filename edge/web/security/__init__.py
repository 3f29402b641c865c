"""Who may use the page: hosts, passwords, sessions, connections."""

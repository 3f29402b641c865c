"""Players: one adapter for each service, behind one protocol."""

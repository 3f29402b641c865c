"""The set-up and the settings on the page: steps, and changes to the configuration file."""

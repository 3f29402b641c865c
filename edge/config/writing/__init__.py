"""Changes to the user's YAML file: only the lines of the changed keys are written again."""

"""A film's expressions over time, and how good the model is on a labelled set."""

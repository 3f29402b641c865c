"""The expressions in a video over time, and the accuracy of the model on a labelled set."""

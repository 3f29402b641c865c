"""The training side of the expression model. Nothing in here is needed on the device."""

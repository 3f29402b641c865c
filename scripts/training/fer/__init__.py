"""Training of the expression model. The device needs nothing of this package."""

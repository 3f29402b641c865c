"""The daemon: the composition root, and the only package that knows all parts."""

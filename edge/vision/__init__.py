"""Finds faces in frames and reads their expressions."""

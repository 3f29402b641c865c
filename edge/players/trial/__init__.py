"""Trying a speaker: what it can do, step by step, through the players' protocol."""

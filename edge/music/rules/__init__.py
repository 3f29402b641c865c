"""What the rules of `edge.music.decision` are made from."""

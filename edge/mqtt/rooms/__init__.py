"""What devices tell each other so that music can follow people."""

"""Messages (PS3.7), without I/O."""

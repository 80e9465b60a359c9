"""From bytes to the attributes that the index needs, and back (PS3.5, PS3.10)."""

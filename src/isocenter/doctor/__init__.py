"""The connection doctor: which layer fails, which side must change what, and the line to type."""

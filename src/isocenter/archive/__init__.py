"""Blobs are the truth, the index is rebuildable."""

"""Frames, decoding and transcoding."""

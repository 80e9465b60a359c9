"""Whom we know and what they may do."""

"""The public face over HTTP."""

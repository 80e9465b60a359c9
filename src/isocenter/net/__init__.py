"""The floor that talks TCP."""

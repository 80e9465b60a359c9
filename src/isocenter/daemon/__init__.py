"""The house assembled: the only place where ports meet implementations."""

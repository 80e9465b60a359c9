"""Service classes (PS3.4) as generators."""

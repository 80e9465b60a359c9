"""The ground: errors, limits, clocks, identifiers, log, settings."""

"""Our nouns and ports."""

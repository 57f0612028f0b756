"""Projects that several sources tell of: how titles are compared, and what a person decides about two records."""

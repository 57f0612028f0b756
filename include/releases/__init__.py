"""Releases: what is frozen for the leadership, the word of two people on it, its editions and its signed bundle."""

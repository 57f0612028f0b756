"""Copies of all there is to lose: written together, compared number by number when they are laid back."""

"""Maracuja speaks to each customer of a shop personally, and proves what it was worth."""

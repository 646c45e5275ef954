"""The only composition root: builds every part from a Config."""

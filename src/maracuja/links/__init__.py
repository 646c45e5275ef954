"""Signed links and tokens, UTM, and telling people from machines."""

"""The gates between an audience and its messages, each leaving its reason."""

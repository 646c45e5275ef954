"""The claims of the trade beside what the shop's own campaigns show; never used in a forecast."""

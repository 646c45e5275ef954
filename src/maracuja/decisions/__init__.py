"""Whether a person should hear something now: the gates, caps, quiet hours and arms, as sets."""

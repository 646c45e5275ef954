"""Audience, schedule, experiment and goals of a campaign."""

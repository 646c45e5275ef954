"""Campaigns as definitions: audience, topic, schedule, experiment, goals; when they are due."""

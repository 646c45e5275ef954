"""Sufficient statistics in, estimates and verdicts out."""

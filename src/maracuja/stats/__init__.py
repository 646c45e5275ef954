"""Sufficient statistics in, estimates and verdicts out; loads nothing until a part is used."""

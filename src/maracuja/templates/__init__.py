"""Liquid templates: check, compile to columns, render, and say what they need."""

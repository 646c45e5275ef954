"""Segment calls, webhooks and import rows to checked columns."""

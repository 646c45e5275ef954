"""The state database, and the only room that speaks to it."""

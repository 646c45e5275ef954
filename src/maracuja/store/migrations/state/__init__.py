"""The versions of the tables of the state database."""

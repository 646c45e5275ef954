"""Names, gender, cases, numbers and cities, so that a message reads as if a person wrote it.

It reads package data once and nothing else; it never guesses a person's language.
"""

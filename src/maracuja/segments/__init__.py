"""The segment language: parse, check, say in words, the facts it needs, its predicate."""

"""How fast Maracuja is, beside others, with equal outputs checked; `python -m bench` runs all."""

"""One file plus the environment, made into one frozen Config."""

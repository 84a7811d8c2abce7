"""For an hour, everything at once: `python -m tests.soak`."""

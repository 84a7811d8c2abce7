"""One order for everything that others can see. An engine is a file in this folder."""

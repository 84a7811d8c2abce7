"""The engine of a cluster without a log: each of its parts by itself."""

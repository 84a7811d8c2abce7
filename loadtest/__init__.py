"""A load test from outside: of gchat it knows the wire only, and it runs against any IRC server."""

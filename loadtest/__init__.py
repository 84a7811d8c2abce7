"""A load test over the network: it imports nothing of gchat, and runs against any IRC server."""

"""Helpers of the tests: processes, sockets, clients."""

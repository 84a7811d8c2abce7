"""The only socket code of the server."""

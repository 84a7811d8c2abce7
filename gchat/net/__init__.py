"""All code of the server that talks to clients over sockets."""

"""HTTP without I/O: one connection's protocol, what is asked for, what is answered, the page."""

"""The protocol core: bytes in, events out. No I/O, no clock, no thread."""

"""The state machine: events in, effects out.

Pure: no sockets, no gevent, no clock, no randomness. Only `apply` changes users and rooms.
"""

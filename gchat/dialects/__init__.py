"""How a connection speaks: lines in become events, effects become lines out.

Pure: handlers are ordinary functions of a `Peer`, tested without sockets or an event loop. A call
of `Peer.commit` or `Peer.settle` may switch greenlets; no invariant of the hub spans one.
"""

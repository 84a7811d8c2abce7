"""How a connection speaks: lines in become events, effects become lines out.

No I/O: handlers are ordinary functions, tested with a `Peer` that has no socket and no event loop.
`Peer.commit`, `Peer.settle` and other calls may switch greenlets (see ARCHITECTURE.md): after one,
the hub may have changed.
"""

"""How a connection speaks: lines in become events, effects become lines out.

Pure: handlers are ordinary functions of a `Link`, tested without sockets or an event loop. A call
of `Link.commit` or `Link.settle` may switch greenlets; no invariant of the hub spans one.
"""

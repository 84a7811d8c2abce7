"""What is on the wire: lines, messages, names, numerics, capabilities.

Pure: no sockets, no gevent, no clock. The desktop client and the load test share it.
"""

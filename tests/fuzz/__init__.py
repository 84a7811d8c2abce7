"""Any bytes give an answer or a close: never an exception that is not ours, never a stalled loop,
never a byte to anyone else that the protocol does not allow.
"""

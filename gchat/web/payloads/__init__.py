"""What programs send to a hook, as a text that people can read. Each module knows the payloads of
one kind of program; `text.py` finds out which it is.
"""

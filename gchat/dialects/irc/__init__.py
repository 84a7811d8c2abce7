"""IRC as https://modern.ircdocs.horse describes it, with IRCv3.

A command is one function in the module of its family, one row in `table.py`, one test.
"""

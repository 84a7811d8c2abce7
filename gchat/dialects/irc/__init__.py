"""IRC as https://modern.ircdocs.horse describes it, with IRCv3.

A command is one function with `@command` in the module of its family in `handlers/`, and one test.
"""

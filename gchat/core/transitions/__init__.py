"""How each event changes the hub. A function for each: checks first, then changes, then effects.

A Refused raised here must come before any change.
"""

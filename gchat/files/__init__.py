"""Files that people send to each other: what they are called, what they are, how many there may be,
and where they are kept. Knows no event loop, no HTTP and no IRC: whoever uses it says how a slow
job is done (`Ask`).
"""

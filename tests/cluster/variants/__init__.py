"""gchat as it will be, or as it is where other packages are installed: `python -m` one of these."""

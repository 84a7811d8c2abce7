"""Server, window and load test on a Linux that is made like Windows, or like macOS."""

"""The container image, without the program that builds it."""

"""gchat: a group-chat server. This file holds the version and imports nothing."""

__version__ = "1.0.0"

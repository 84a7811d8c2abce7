"""All state of the client, and what is typed and shown as text. No tkinter, no trio."""

from client_gui.model import folded, spoken

__all__ = ["folded", "spoken"]

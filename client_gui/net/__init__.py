"""The connection: trio, on a thread of its own. No tkinter, nothing of the model."""

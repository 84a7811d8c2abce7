"""All state of the client, and what is typed and shown as text. No tkinter, no trio."""

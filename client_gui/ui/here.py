"""What can be done with the server that is shown, whichever that is by then: for keys and buttons,
which stay while servers change.
"""

from __future__ import annotations

from client_gui.ui.servers import Servers


class Here:
    """Each method hands on to the connection, or the files, of the server that is shown."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers

    def ask(self) -> None:
        """Opens the dialog for nickname and server."""
        self._servers.shown.connection.ask()

    def retry(self) -> None:
        """Connects now."""
        self._servers.shown.connection.retry()

    def connect(self) -> None:
        """Connects as before, now."""
        self._servers.shown.connection.connect()

    def choose_files(self) -> None:
        """Asks which files to send."""
        self._servers.shown.files.choose()

    def pasted(self, text: str) -> bool:
        """Whether pasted text is the address of a file; sends it then."""
        return self._servers.shown.files.pasted(text)

    def paste_picture(self) -> None:
        """Sends the picture that was copied, if there is one."""
        self._servers.shown.files.paste_picture()

    def stop_file(self) -> None:
        """Gives up the file that is on its way."""
        self._servers.shown.files.stop()

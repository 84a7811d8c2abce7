"""What a Telnet client says beside the text: https://www.rfc-editor.org/rfc/rfc854"""

from __future__ import annotations

IAC = 0xFF  # "interpret as command"; no byte of UTF-8
_SB, _SE = 0xFA, 0xF0  # around what is negotiated of an option
_WILL, _WONT, _DO, _DONT = 0xFB, 0xFC, 0xFD, 0xFE
_LEAST = 0xEC  # the lowest command, RFC 1184; what is below was no Telnet
_REFUSALS = {_WILL: _DONT, _DO: _WONT}


class Telnet:
    """Takes the commands out of what a client sends, across any pieces of it. No option is agreed
    to; each is refused once. Keeps at most one command, and nothing of a subnegotiation.
    """

    __slots__ = ("_inside", "_refused", "_rest")

    def __init__(self) -> None:
        self._rest = b""  # the beginning of a command whose end has not come
        self._inside = False  # a subnegotiation
        self._refused: set[bytes] = set()

    def feed(self, data: bytes) -> tuple[bytes, bytes]:
        """The text in `data`, and what has to be answered."""
        data, self._rest = self._rest + data, b""
        text, answer = bytearray(), bytearray()
        at = 0
        while at < len(data):
            found = data.find(IAC, at)
            if found < 0:
                found = len(data)
            if not self._inside:
                text += data[at:found]
            at = self._command(data, found, text, answer) if found < len(data) else found
        if text.endswith(b"\r"):  # what comes next says what it is
            self._rest = b"\r" + self._rest
            del text[-1]
        # a Return key that is sent as it would move a printer, section "The NVT printer"
        return bytes(text).replace(b"\r\0", b"\r\n"), bytes(answer)

    def _command(self, data: bytes, at: int, text: bytearray, answer: bytearray) -> int:
        """Handles the command at index `at` of the data. Returns the index behind it."""
        negotiates = len(data) > at + 1 and _WILL <= data[at + 1] <= _DONT
        if len(data) < at + (3 if negotiates else 2):
            self._rest = data[at:]
            return len(data)
        kind = data[at + 1]
        if kind in _REFUSALS and not self._inside:
            refusal = bytes((IAC, _REFUSALS[kind], data[at + 2]))
            if refusal not in self._refused:
                self._refused.add(refusal)
                answer += refusal
        if kind == _SB:
            self._inside = True
        elif kind == _SE:
            self._inside = False
        elif kind < _LEAST and not self._inside:
            text += data[at : at + 2]  # no Telnet; whoever reads the text will say so
        return at + (3 if negotiates else 2)

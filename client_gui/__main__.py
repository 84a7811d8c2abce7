"""The command line: `python -m client_gui`. Opens the window, or says what is missing."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from client_gui.core.places import places, written
from client_gui.system import desktop
from client_gui.system.settings import LAYOUTS

PORT = 55555
EXIT_SIGNAL = 128  # and the signal's number: how a shell is told
EXIT_USAGE = 2  # could not start; what to do about it is on stderr


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the client until its window is closed; the exit status."""
    arguments = _parser().parse_args(argv)
    try:
        import tkinter as tk  # noqa: PLC0415 (where it is missing, we say so ourselves)
    except ImportError:
        return _fail(f"Tkinter is missing. {desktop.without_tkinter()}")
    try:
        from client_gui.ui.app import App, Options  # noqa: PLC0415
        from client_gui.ui.signals import Signals  # noqa: PLC0415
    except ImportError as error:
        name = {"PIL": "pillow"}.get(error.name or "", error.name or str(error))
        install = f'{sys.executable} -m pip install ".[client]"'
        return _fail(f"the package {name} is missing. In gchat's folder: {install}")
    desktop.be_sharp()
    try:
        root = tk.Tk(className="gchat")
    except tk.TclError:
        return _fail(f"no display can be opened. {desktop.without_display()}")
    found = places(
        arguments.host or ("127.0.0.1" if arguments.port else ""), arguments.port or PORT
    )
    host, port = found[0] if found else ("", 0)
    options = Options(
        host=host,
        port=port,
        others=tuple(written(one) for one in found[1:]),
        nick=arguments.nick,
        lobby=arguments.room,
        keep=arguments.lines,
        dark=arguments.dark or None,
        scale=arguments.scale,
        layout=arguments.layout or "",
    )
    app = App(root, options)
    signals = Signals(root, app.close)
    app.ending = signals.close
    root.mainloop()
    return EXIT_SIGNAL + signals.caught if signals.caught else 0


def _fail(sentence: str) -> int:
    if sys.stderr is None:
        desktop.show_failure(sentence)
    else:
        print(f"gchat-client: {sentence}", file=sys.stderr)
    return EXIT_USAGE


def _within(kind: type[int] | type[float], low: float, high: float) -> type:
    def convert(text: str) -> float:
        value = kind(text)
        if not low <= value <= high:
            raise ValueError
        return value

    convert.__name__ = f"number from {low:g} to {high:g}"
    return convert  # type: ignore[return-value]


def _hosts(text: str) -> str:
    places(text, PORT)  # raises ValueError
    return text


_hosts.__name__ = "address"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gchat-client", description="gchat's desktop client.")
    parser.add_argument(
        "--host",
        default="",
        type=_hosts,
        help="the server, or with commas several addresses of it (default: the last one)",
    )
    parser.add_argument(
        "--port", default=0, type=_within(int, 1, 65535), help="its port (default: 55555)"
    )
    parser.add_argument("--nick", default="", help="your nickname (asked for where not given)")
    parser.add_argument("--room", default="", help="the room to join (default: the last ones)")
    parser.add_argument(
        "--lines",
        type=_within(int, 0, 20_000),
        help="how many messages are in view, 0 for all (default: 10)",
    )
    parser.add_argument("--layout", choices=LAYOUTS, help="comfortable (the default) or compact")
    parser.add_argument("--dark", action="store_true", help="light text on dark ground")
    parser.add_argument(
        "--scale",
        type=_within(float, 0.5, 4),
        help="size of everything, such as 2 on a dense screen (default: 1)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())

"""Python imports this when it starts, where the folder is on PYTHONPATH. With LIKE=windows or
LIKE=macos, whatever is imported later sees `os`, `signal`, `socket` and others as they are there.

Libraries are imported first: on the real system they use other parts of it (IOCP, kqueue, msvcrt),
which nothing here can stand in for. So this shows what gchat's own code does without what is
missing there, and not that the libraries work.
"""

import importlib
import os
import sys
import types

LIBRARIES = (
    "arabic_reshaper",
    "asyncio",
    "bidi",
    "concurrent.futures",
    "confusable_homoglyphs.confusables",
    "cryptography.x509",
    "ctypes",
    "emoji",
    "faulthandler",
    "filelock",
    "getpass",
    "gettext",
    "gevent",
    "gevent.event",
    "gevent.libuv.loop",
    "gevent.lock",
    "gevent.resolver.thread",
    "gevent.server",
    "gevent.socket",
    "gevent.subprocess",
    "gevent.threadpool",
    "h11",
    "hdrh.histogram",
    "http.server",
    "json",
    "keyring",
    "locale",
    "logging.handlers",
    "msgspec",
    "multiprocessing.connection",
    "multiprocessing.context",
    "multiprocessing.managers",
    "multiprocessing.pool",
    "multiprocessing.popen_spawn_posix",
    "multiprocessing.resource_tracker",
    "multiprocessing.spawn",
    "multiprocessing.synchronize",
    "OpenSSL.SSL",
    "pathlib",
    "PIL.Image",
    "PIL.ImageDraw",
    "PIL.ImageTk",
    "platform",
    "platformdirs",
    "portalocker",
    "precis_i18n",
    "prometheus_client",
    "psutil",
    "python_socks.async_.trio",
    "pythonjsonlogger.json",
    "rich.console",
    "rich.live",
    "rich.progress",
    "rich.table",
    "scramp",
    "secrets",
    "selectors",
    "shutil",
    "sqlite3",
    "ssl",
    "subprocess",
    "tempfile",
    "threading",
    "tkinter",
    "tkinter.font",
    "tkinter.ttk",
    "tomllib",
    "trio",
    "unittest.mock",
    "urllib.request",
    "valkey.connection",
    "webbrowser",
    "websockets.protocol",
    "websockets.server",
    "websockets.client",
)
MODE_FUNCTIONS = ("open", "mkdir")


class Seen(types.ModuleType):
    """A module as somebody sees it: with other values for some names, and without some."""

    def __init__(self, real, without=(), **others):
        super().__init__(real.__name__, real.__doc__)
        self.__dict__.update(others, _real=real, _without=frozenset(without))
        self.__dict__["__spec__"] = real.__spec__

    def __getattr__(self, name):
        if name in self._without:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        return getattr(self._real, name)

    def __setattr__(self, name, value):
        setattr(self._real, name, value)

    def __delattr__(self, name):
        delattr(self._real, name)


def see(name, without=(), **others):
    """Whoever imports this module from now on sees it so."""
    sys.modules[name] = Seen(importlib.import_module(name), without, **others)


def take_away(*names):
    """Whoever imports these modules from now on does not find them."""
    for name in names:
        sys.modules[name] = None


def like_windows():
    import selectors
    import signal
    import subprocess

    class Popen(subprocess.Popen):
        """Takes the flags of Windows; Ctrl+Break arrives as a signal."""

        def __init__(self, *arguments, creationflags=0, process_group=None, **how):
            assert process_group is None, "there are no process groups"
            group = 0 if creationflags & 0x200 else None
            super().__init__(*arguments, process_group=group, **how)

        def send_signal(self, number):
            super().send_signal(signal.SIGUSR2 if number == 1001 else number)

    def run(*arguments, creationflags=0, **how):
        return subprocess.run(*arguments, **how)  # noqa: PLW1510

    def modeless(function):
        """Permissions are not there to be set."""

        def without_mode(path, *arguments, **how):
            if function is os.open:
                return function(path, arguments[0], 0o666)
            return function(path)

        return without_mode

    posix = [name for name in dir(signal) if name.startswith(("SIG", "ITIMER"))]
    there = {"SIGABRT", "SIGFPE", "SIGILL", "SIGINT", "SIGSEGV", "SIGTERM", "SIG_DFL", "SIG_IGN"}
    see("select", ("epoll", "poll", "EPOLLIN", "EPOLLOUT"))
    see("selectors", ("EpollSelector", "PollSelector"), DefaultSelector=selectors.SelectSelector)
    see(
        "signal",
        {*posix, "pthread_sigmask", "pthread_kill", "alarm", "setitimer", "sigwait"} - there,
        SIGBREAK=signal.SIGUSR2,
        CTRL_BREAK_EVENT=1001,
    )
    see(
        "socket",
        ("AF_UNIX", "TCP_NOTSENT_LOWAT", "SO_REUSEPORT", "MSG_DONTWAIT", "MSG_TRUNC", "send_fds"),
    )
    see(
        "subprocess",
        Popen=Popen,
        run=run,
        CREATE_NEW_PROCESS_GROUP=0x200,
        CREATE_NO_WINDOW=0x8000000,
    )
    see(
        "os",
        ("geteuid", "getuid", "fork", "fchmod", "setsid", "getpgid", "killpg", "uname", "statvfs"),
        chmod=lambda *arguments, **how: None,
        **{name: modeless(getattr(os, name)) for name in MODE_FUNCTIONS},
    )
    take_away("fcntl", "grp", "pty", "pwd", "resource", "termios", "tty", "syslog")
    sys.modules["sys"] = Seen(sys, platform="win32")


def like_macos():
    import resource
    import selectors

    limits = [256, resource.RLIM_INFINITY]

    def getrlimit(which):
        return tuple(limits) if which == resource.RLIMIT_NOFILE else resource.getrlimit(which)

    def setrlimit(which, wanted):
        if which == resource.RLIMIT_NOFILE:
            if wanted[0] > 10_240 or wanted[0] == resource.RLIM_INFINITY:
                raise ValueError("current limit exceeds maximum limit")
            limits[:] = wanted

    see("select", ("epoll", "EPOLLIN", "EPOLLOUT"))
    see("selectors", ("EpollSelector",), DefaultSelector=selectors.PollSelector)
    see("resource", ("prlimit",), getrlimit=getrlimit, setrlimit=setrlimit)
    see("os", ("sched_getaffinity", "memfd_create", "eventfd"))
    sys.modules["sys"] = Seen(sys, platform="darwin")


like = {"windows": like_windows, "macos": like_macos}.get(os.environ.get("LIKE", ""))
if like is not None:
    for library in LIBRARIES:
        try:
            importlib.import_module(library)
        except ImportError:
            pass  # it is not needed here, or whoever needs it says so
    like()

"""Python imports this when it starts, where the folder is on PYTHONPATH. With LIKE=windows or
LIKE=macos, whatever is imported later sees `os`, `signal`, `socket` and others as they are there.

Libraries are imported first: on the real system they use other parts of it (IOCP, kqueue, msvcrt),
which nothing here can stand in for. So this shows what gchat's own code does without what is
missing there, and not that the libraries work.
"""

import errno
import importlib
import os
import sys
import types
from pathlib import Path

LIBRARIES = (
    "arabic_reshaper",
    "asyncio",
    "bidi",
    "boto3.session",
    "botocore.client",
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
    "PIL.ImageGrab",
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
    "valkey",
    "webbrowser",
    "websockets.protocol",
    "websockets.server",
    "websockets.client",
)
MODE_FUNCTIONS = ("open", "mkdir")
NOT_ON_WINDOWS = (
    *("O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_SYNC", "O_DSYNC", "mkfifo"),
    *("pread", "pwrite", "preadv", "pwritev", "fdatasync", "sync", "sendfile", "posix_fallocate"),
    *("geteuid", "getuid", "getegid", "getgid", "getpgid", "killpg", "setsid", "fork", "setuid"),
    *("fchmod", "chown", "fchown", "statvfs", "uname", "nice", "getloadavg", "sched_getaffinity"),
    *("memfd_create", "eventfd", "pipe2", "WNOHANG", "openpty"),
    *("sched_setscheduler", "setpriority", "PRIO_PROCESS"),
)


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
        """Permissions are not there to be set, and folders are not opened."""

        def without_mode(path, *arguments, **how):
            can_be_named(path)
            if function is not os.open:
                return function(path)
            if os.path.isdir(path):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            return function(path, arguments[0], 0o666)

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
        NOT_ON_WINDOWS,
        chmod=lambda *arguments, **how: None,
        **{name: modeless(getattr(os, name)) for name in MODE_FUNCTIONS},
    )
    files_as_on_windows()
    take_away("fcntl", "grp", "pty", "pwd", "resource", "termios", "tty", "syslog")
    sys.modules["sys"] = Seen(sys, platform="win32")


def can_be_named(path):
    """Some signs are in no name there."""
    if any(sign in str(path) for sign in '<>:"|?*'):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(path))


def is_open(path):
    """Whether this process has it open."""
    numbers = os.listdir("/proc/self/fd")
    links = (f"/proc/self/fd/{number}" for number in numbers)
    return any(os.path.realpath(link) == os.path.realpath(path) for link in links)


def files_as_on_windows():
    """What is open is neither removed nor replaced; a name that is taken is not taken again."""
    real = {name: getattr(Path, name) for name in ("open", "rename", "replace", "unlink")}

    def refuse(path):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    def opened(self, *arguments, **how):
        can_be_named(self)
        return real["open"](self, *arguments, **how)

    def rename(self, target):
        if os.path.exists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
        return replace(self, target)

    def replace(self, target):
        can_be_named(target)
        for path in (self, target):
            if is_open(path):
                refuse(path)
        return real["replace"](self, target)

    def unlink(self, *arguments, **how):
        if is_open(self):
            refuse(self)
        return real["unlink"](self, *arguments, **how)

    Path.open, Path.rename, Path.replace, Path.unlink = opened, rename, replace, unlink


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
    see("os", ("sched_getaffinity", "sched_setscheduler", "memfd_create", "eventfd"))
    sys.modules["sys"] = Seen(sys, platform="darwin")


like = {"windows": like_windows, "macos": like_macos}.get(os.environ.get("LIKE", ""))
if like is not None:
    for library in LIBRARIES:
        try:
            importlib.import_module(library)
        except ImportError:
            pass  # it is not needed here, or whoever needs it says so
    like()

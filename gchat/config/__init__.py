"""Settings: what there are (`settings.py`), what values they take (`rules.py`), where they come
from (`load.py`), and the commented file with all of them (`document.py`).
"""

from gchat.config.load import load
from gchat.config.settings import (
    AccountsConfig,
    Config,
    ConfigError,
    FilesConfig,
    HooksConfig,
    JournalConfig,
    LimitsConfig,
    ServerConfig,
    TimesConfig,
    TlsConfig,
)

__all__ = [
    "AccountsConfig",
    "Config",
    "ConfigError",
    "FilesConfig",
    "HooksConfig",
    "JournalConfig",
    "LimitsConfig",
    "ServerConfig",
    "TimesConfig",
    "TlsConfig",
    "load",
]

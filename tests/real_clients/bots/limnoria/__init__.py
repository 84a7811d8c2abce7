"""A plugin for Limnoria: writes down what is said, and answers."""

from __future__ import annotations

from .plugin import Class

__all__ = ["Class"]

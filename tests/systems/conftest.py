"""A screen for the window."""

from tests.client_gui.conftest import display

__all__ = ["display"]

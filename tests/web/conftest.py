"""One Chromium for all tests of the page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from selenium import webdriver

from tests.web.browser import Page, chromium, window


@pytest.fixture(scope="session")
def driver() -> Iterator[webdriver.Chrome]:
    """Without Chromium the tests are skipped, and fail in CI."""
    programs = [shutil.which(name) for name in ("chromium", "chromedriver")]
    if None in programs:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("chromium is not installed")
    with ExitStack() as stack:
        yield stack.enter_context(chromium(*map(str, programs)))


@pytest.fixture
def new_page(driver: webdriver.Chrome) -> Iterator[Callable[[], Page]]:
    """Opens windows, and closes them when the test ends. The browser must not have complained."""
    pages: list[Page] = []

    def make() -> Page:
        pages.append(window(driver))
        return pages[-1]

    first = driver.window_handles[0]
    yield make
    complaints = [one for page in pages for one in page.complaints()]
    for page in pages:
        page.driver.close()
        driver.switch_to.window(first)
    assert complaints == []

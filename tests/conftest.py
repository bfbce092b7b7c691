"""Shared by the tests that look at pages in a browser."""

import pytest
from playwright.sync_api import sync_playwright

from tools.publish import browser


@pytest.fixture(scope="module")
def play():
    """What drives browsers."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="module")
def chromium(play):
    """A headless Chromium; a test that needs one fails where there is none, with the remedy."""
    path = browser.find()
    assert path, browser.HOW
    program = play.chromium.launch(executable_path=path, args=browser.FLAGS)
    yield program
    program.close()

"""The first page that anybody sees."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, OpenAs


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
@pytest.mark.parametrize("locale", ["fr", "en"])
def test_the_sign_in_page_is_for_everybody(
    open_as: OpenAs, axe: Callable[[Page], None], size: Any, locale: str
) -> None:
    page = open_as(None, "/sign-in/", size=size, locale=locale)
    expect(page.locator("html")).to_have_attribute("lang", locale)
    axe(page)

"""Booking as people do, on the pages."""

from playwright.sync_api import Page, expect


def book(page: Page, *, kind: str = "") -> str:
    """Ask for a ride from “Gare maritime” to “Hôpital” as soon as possible, and return its code.

    ``kind``: of transport, where the base offers several.
    """
    page.get_by_role("combobox", name="From").fill("Gare")
    page.get_by_role("option", name="Gare maritime").click()
    page.get_by_role("combobox", name="To").fill("Hop")
    page.get_by_role("option", name="Hôpital").click()
    if kind:
        page.get_by_role("radio", name=kind).check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Ask for this ride").click()
    expect(page.locator("#hero.state-requested")).to_be_visible()
    return page.url.rstrip("/").rpartition("/")[2]

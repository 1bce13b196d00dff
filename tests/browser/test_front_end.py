"""What the front-end modules promise, on small pages of their own: no server, the modules as they are bundled."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Page, Route

PROJECT = Path(__file__).resolve().parents[2]
TEXTS = "components/_live_texts.html"

Morph = Callable[..., None]


def bundle(module: str) -> str:
    """Return one of our modules as a script that leaves what it exports in ``window.module``."""
    command = ["node_modules/.bin/esbuild", f"static/js/{module}", "--bundle", "--format=iife", "--global-name=module"]
    return subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def open_page(browser: Browser) -> Callable[[str, str], Page]:
    """Open a page that holds this HTML and this module. Errors of its scripts fail the test."""

    def open_page(html: str, module: str) -> Page:
        page = browser.new_page()
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        page.route(
            "http://page.test/",
            lambda route: route.fulfill(body=wrapped(html), content_type="text/html; charset=utf-8"),
        )
        page.goto("http://page.test/")
        page.add_script_tag(content=bundle(module))
        return page

    return open_page


def wrapped(html: str) -> str:
    return (
        f"<!doctype html><html lang=en><body>{render_to_string(TEXTS)}<p id=announcer></p>"
        f"<main id=main tabindex=-1><div id=live>{html}</div></main></body></html>"
    )


@pytest.fixture
def morph() -> Morph:
    def morph(page: Page, html: str, *, own: bool = False) -> None:
        page.evaluate(
            """([html, own]) => {
                const fresh = new DOMParser().parseFromString(`<div id="live">${html}</div>`, "text/html");
                module.morph(document.getElementById("live"), fresh.getElementById("live"), { own });
            }""",
            [html, own],
        )

    return morph


FORM = '<form id="f" action="/{verb}/"><input id="note" name="note" value="{value}"></form>'


def test_what_is_being_typed_survives_a_change_of_the_page(open_page: Callable[..., Page], morph: Morph) -> None:
    page = open_page("<h1>1</h1>" + FORM.format(verb="refuse", value=""), "morph.js")
    page.type("#note", "Sorry")
    page.evaluate("document.activeElement.setSelectionRange(2, 3)")
    morph(page, "<h1>2</h1><p>new</p>" + FORM.format(verb="refuse", value="server"))
    assert page.inner_text("h1") == "2"
    assert page.input_value("#note") == "Sorry"
    assert page.evaluate("[document.activeElement.id, document.activeElement.selectionStart]") == ["note", 2]


def test_a_form_for_something_else_is_not_taken_for_the_one_typed_in(
    open_page: Callable[..., Page], morph: Morph
) -> None:
    page = open_page(FORM.format(verb="refuse", value=""), "morph.js")
    page.type("#note", "Sorry")
    page.evaluate("document.activeElement.blur()")
    morph(page, FORM.format(verb="cancel", value="server"), own=True)
    assert page.get_attribute("#note", "value") == "server"


def test_open_details_and_kept_parts_stay(open_page: Callable[..., Page], morph: Morph) -> None:
    page = open_page("<details id=d><summary>More</summary>1</details><div id=map data-live-keep>1</div>", "morph.js")
    page.click("summary")
    morph(page, "<details id=d><summary>More</summary>2</details><div id=map data-live-keep>2</div>")
    assert page.inner_text("details") == "More\n2"
    assert page.inner_text("#map") == "1"


def test_focus_goes_to_the_nearest_heading_never_to_the_body(open_page: Callable[..., Page], morph: Morph) -> None:
    heading = '<h1 id="far" tabindex="-1" data-focus-fallback>Far</h1><section id="s">{}</section>'
    near = '<h2 id="near" tabindex="-1" data-focus-fallback>Near</h2>'
    page = open_page(heading.format(near + '<button id="gone">Go</button>'), "morph.js")
    page.focus("#gone")
    morph(page, heading.format(near))
    assert page.evaluate("document.activeElement.id") == "near"
    morph(page, heading.format(""))
    assert page.evaluate("document.activeElement.id") == "far"
    morph(page, "")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("element", ['<h1 id="x" tabindex="-1">{}</h1>', '<a id="x" href="#">{}</a>'])
def test_what_has_the_focus_is_brought_up_to_date_too(
    open_page: Callable[..., Page], morph: Morph, element: str
) -> None:
    page = open_page(element.format("Requested"), "morph.js")
    page.focus("#x")
    morph(page, element.format("Confirmed"))
    assert page.inner_text("#x") == "Confirmed"
    assert page.evaluate("document.activeElement.id") == "x"


PLACES = [
    {"id": 1, "name": "Gare maritime", "hint": "", "kind": ""},
    {"id": 2, "name": "Hôpital", "hint": "", "kind": ""},
]
PLACE_FORM = """
<form><div><label for="from">From</label><select id="from" name="from" required data-place-search="/places/?base=brest">
<option value="">-</option><option value="1">Gare maritime</option><option value="2">Hôpital</option></select>
</div></form>
"""


@pytest.fixture
def place_page(open_page: Callable[..., Page]) -> Page:
    page = open_page(PLACE_FORM, "texts.js")

    def answer(route: Route) -> None:
        typed = route.request.url.partition("q=")[2].lower()
        route.fulfill(body=json.dumps([place for place in PLACES if typed in str(place["name"]).lower()]))

    page.route("**/places/**", answer)
    page.add_script_tag(content=bundle("places.js"))
    return page


def chosen(page: Page) -> str:
    return str(page.evaluate("new FormData(document.querySelector('form')).get('from')"))


def test_a_place_is_found_by_keyboard_alone(place_page: Page) -> None:
    place_page.keyboard.press("Tab")
    place_page.keyboard.type("gar")
    place_page.locator("[role=option][aria-selected=true]", has_text="Gare maritime").wait_for()
    box = place_page.get_by_role("combobox", name="From")
    assert box.get_attribute("aria-expanded") == "true"
    assert box.get_attribute("aria-activedescendant") == "from_list_0"
    place_page.keyboard.press("Enter")
    assert chosen(place_page) == "1"
    assert box.input_value() == "Gare maritime"
    assert box.get_attribute("aria-expanded") == "false"


def test_words_that_are_no_place_do_not_pass_for_the_one_chosen_before(place_page: Page) -> None:
    box = place_page.get_by_role("combobox", name="From")
    box.fill("Gare maritime")
    box.blur()
    assert chosen(place_page) == "1"
    box.fill("Gare maritime?")
    assert chosen(place_page) == ""
    assert box.evaluate("box => box.validationMessage")


def test_without_the_network_the_known_places_are_searched(place_page: Page) -> None:
    place_page.unroute_all()
    place_page.route("**/places/**", lambda route: route.abort())
    place_page.get_by_role("combobox", name="From").click()
    place_page.keyboard.type("hopital")
    place_page.locator("[role=option]", has_text="Hôpital").wait_for()


def test_a_page_looks_again_after_each_full_minute(browser: Browser) -> None:
    page = browser.new_page()
    page.clock.install(time="2026-11-27T12:00:30Z")
    page.set_content("<!doctype html><html lang=en><body></body></html>")
    page.add_script_tag(content=bundle("minutes.js"))
    page.evaluate(
        """() => {
          window.looks = 0;
          document.addEventListener("live:refresh", () => looks++);
          module.lookEveryMinute();
        }"""
    )
    page.clock.run_for(25_000)
    assert page.evaluate("looks") == 0
    page.clock.run_for(15_000)
    assert page.evaluate("looks") == 1
    page.clock.run_for(180_000)
    assert page.evaluate("looks") == 4

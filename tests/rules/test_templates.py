"""Templates: nothing inline that the content policy forbids, nothing marked safe, live parts of one piece."""

import ast
import re
from pathlib import Path

import pytest
from django.forms import PasswordInput

from tests.rules.forms import all_forms
from tests.rules.source import APPS, files, name_of, templates

FORBIDDEN = {
    "text marked safe": r"\|\s*safe(seq)?\b|\{%\s*autoescape off",
    "an inline style": r"<style\b|\sstyle\s*=",
    "an inline script": r"<script(?![^>]*\bsrc=)[^>]*>",
    "an inline handler": r"\son[a-z]+\s*=\s*[\"']|\shx-on|javascript:",
    "a host that is not ours": r"(src|href|action)\s*=\s*[\"'](https?:)?//",
    "code in htmx's attributes": r"\shx-[\w-]+\s*=\s*[\"']\s*(js|javascript):|\shx-trigger\s*=\s*[\"'][^\"']*\[",
    "a page within the page": r"<(iframe|object|embed|base|frame)\b|\ssrcdoc\s*=|<meta[^>]+http-equiv=[\"'](?!refresh)",
    "a month that French writes otherwise: N, not M": r"\bdate:\"[^\"]*(?-i:(?<![A-Z_])M(?![A-Z_]))",
    "a new window with a hand on ours": (
        r"<\w+\b(?=[^>]*\starget\s*=\s*[\"']?_blank)(?![^>]*\srel\s*=\s*[\"'][^\"']*noopener)"
    ),
    "a form that does not say how it is sent": r"<form\b(?![^>]*\smethod\s*=\s*[\"'](get|post|dialog)[\"'])",
    "a password sent in the address": r"method=[\"']get[\"'](?:(?!</form>).)*type=[\"']password",
}
COMMENT = re.compile(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", re.DOTALL)


@pytest.mark.parametrize("path", templates(), ids=name_of)
@pytest.mark.parametrize("what", FORBIDDEN)
def test_a_template_holds_nothing_forbidden(path: Path, what: str) -> None:
    text = COMMENT.sub("", path.read_text())
    assert not (found := re.search(FORBIDDEN[what], text, re.DOTALL | re.IGNORECASE)), found[0]


@pytest.mark.parametrize("path", [path for path in templates() if "data-live=" in path.read_text()], ids=name_of)
def test_a_live_part_has_one_root_and_says_what_it_shows(path: Path) -> None:
    text = COMMENT.sub("", path.read_text())
    root = re.match(r"\s*(?:\{%.*?%\}\s*)*<(\w+)([^>]*)>", text, re.DOTALL)
    assert root, "a live part starts with its root"
    assert path.name.startswith("_")
    assert 'id="live"' in root[2]
    assert "data-seq=" in root[2]
    assert text.rstrip().endswith(f"</{root[1]}>") or re.search(rf"</{root[1]}>\s*(\{{%.*?%\}}\s*)*$", text)


@pytest.mark.parametrize("path", templates(), ids=name_of)
def test_a_form_that_changes_something_is_signed(path: Path) -> None:
    for form in re.findall(r"<form\b.*?</form>", path.read_text(), re.DOTALL):
        if re.search(r"method=[\"']post[\"']", form, re.IGNORECASE):
            assert "{% csrf_token %}" in form, form[:200]


@pytest.mark.parametrize("path", templates(), ids=name_of)
def test_a_form_that_asks_changes_nothing(path: Path) -> None:
    """What GET sends is a question: no token for changes, no second way to send it."""
    for form in re.findall(r"<form\b.*?</form>", COMMENT.sub("", path.read_text()), re.DOTALL):
        if re.search(r"method=[\"']get[\"']", form, re.IGNORECASE):
            assert "csrf_token" not in form, form[:200]
            assert not re.search(r"\shx-(post|put|patch|delete)|formmethod", form), form[:200]


MISTAKES = {
    "text marked safe": "{{ note|safe }}",
    "an inline style": '<p style="color: red">',
    "an inline script": "<script>alert(1)</script>",
    "an inline handler": '<a onclick="go()">',
    "a host that is not ours": '<img src="//cdn.example/x.png">',
    "code in htmx's attributes": "<a hx-vals='js:{a: 1}'>",
    "a page within the page": '<iframe src="/">',
    "a month that French writes otherwise: N, not M": '{{ day|date:"D j M" }}',
    "a new window with a hand on ours": '<a href="/x" target="_blank" rel="nofollow">',
    "a form that does not say how it is sent": '<form action="/x">',
    "a password sent in the address": '<form method="get"><input type="password" name="p"></form>',
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_what_is_forbidden_would_be_seen(what: str) -> None:
    assert re.search(FORBIDDEN[what], MISTAKES[what], re.DOTALL | re.IGNORECASE)
    assert not re.search(FORBIDDEN["a new window with a hand on ours"], '<a href="/x" target="_blank" rel="noopener">')


# --- the same in Python ---

CODE = files(".py", under=tuple(f"{app}/" for app in APPS))
SAFE_MAKERS = {"mark_safe", "SafeString", "SafeText", "html_safe"}
FORMATTERS = {"format_html": 0, "format_html_join": 1}


def unsafe_calls(text: str) -> list[str]:
    """Return the calls that declare safe what was not written here word for word."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        position = 0 if name in SAFE_MAKERS else FORMATTERS.get(name)
        if position is not None and not (len(node.args) > position and _is_literal(node.args[position])):
            found.append(ast.unparse(node))
        if any(keyword.arg == "is_safe" for keyword in node.keywords):
            found.append(ast.unparse(node))
    return found


def _is_literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


@pytest.mark.parametrize(
    "path", [path for path in CODE if "safe" in path.read_text() or "format_html" in path.read_text()], ids=name_of
)
def test_only_what_stands_here_is_called_safe(path: Path) -> None:
    assert unsafe_calls(path.read_text()) == []


def test_what_is_called_safe_would_be_seen() -> None:
    assert unsafe_calls('mark_safe(note); format_html(f"<b>{note}</b>"); format_html_join("", note, [])')
    assert unsafe_calls('format_html("<b>{}</b>", note); mark_safe("<br>")') == []


# --- what browsers fill in by themselves ---

FILLED_IN_BY_BROWSERS = re.compile(r"(^|_)(email|phone|password|first_name|last_name|old)$")


def test_a_field_of_one_s_own_says_what_the_browser_may_fill_in() -> None:
    """Names, addresses, numbers and passwords say so with `autocomplete`, also where it shall not be filled in."""
    silent = [
        f"{form.__name__}.{name}"
        for form in all_forms()
        for name, field in form.base_fields.items()
        if (FILLED_IN_BY_BROWSERS.search(name) or isinstance(field.widget, PasswordInput))
        and "autocomplete" not in field.widget.attrs
    ]
    assert silent == []

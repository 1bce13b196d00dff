"""Templates: nothing inline that the content policy forbids, nothing marked safe, live parts of one piece."""

import re
from pathlib import Path

import pytest

from tests.rules.source import name_of, templates

FORBIDDEN = {
    "text marked safe": r"\|\s*safe(seq)?\b|\{%\s*autoescape off",
    "an inline style": r"<style\b|\sstyle\s*=",
    "an inline script": r"<script(?![^>]*\bsrc=)[^>]*>",
    "an inline handler": r"\son[a-z]+\s*=\s*[\"']|\shx-on|javascript:",
    "a host that is not ours": r"(src|href|action)\s*=\s*[\"'](https?:)?//",
}
COMMENT = re.compile(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", re.DOTALL)


@pytest.mark.parametrize("path", templates(), ids=name_of)
@pytest.mark.parametrize("what", FORBIDDEN)
def test_a_template_holds_nothing_forbidden(path: Path, what: str) -> None:
    assert not (found := re.search(FORBIDDEN[what], COMMENT.sub("", path.read_text()))), found[0]


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

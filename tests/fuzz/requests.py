"""One made-up request: an honest one with something wrong in it, or one that is wrong altogether."""

from dataclasses import dataclass, field
from urllib.parse import quote

from django.test.client import MULTIPART_CONTENT
from hypothesis import strategies as st

from tests.fuzz.forms import Form
from tests.fuzz.values import (
    BODIES,
    CONTENT_TYPES,
    FILE_NAMES,
    FILE_TYPES,
    FILES,
    LONG,
    Upload,
    every_plane,
    multipart,
    odd_headers,
    one_of_long,
    urlencoded,
    value_for,
)

URLENCODED = "application/x-www-form-urlencoded"
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]
SHOWN = 400


@dataclass(repr=False)
class Request:
    """What is sent, by whom."""

    persona: str
    method: str
    path: str
    body: bytes = b""
    content_type: str = URLENCODED
    headers: dict[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        body = self.body if len(self.body) < SHOWN else self.body[:SHOWN] + b"... %d bytes" % len(self.body)
        return f"{self.persona}: {self.method} {self.path[:SHOWN]} {self.content_type!r} {self.headers!r} {body!r}"


@st.composite
def spoiled_form(draw: st.DrawFn, kinds: list[list[Form]], foreign: list[str]) -> Request:
    """A form of the site with one to three fields changed, left out, said twice, or made up."""
    form = draw(one_of_long(draw(one_of_long(kinds))))
    pairs, action = form.honest, form.action
    if form.elsewhere and draw(st.integers(0, 5)) == 0:
        action = form.elsewhere
    for _ in range(draw(st.integers(action == form.action, 3))):
        pairs = draw(_spoiled(form, pairs, foreign))
    headers = draw(odd_headers) if draw(st.integers(0, 7)) == 0 else {}
    if form.method == "GET":
        path = f"{action.partition('?')[0]}?{urlencoded(pairs).decode()}"
        return Request(form.persona, "GET", path, headers=headers)
    if not form.takes_files:
        return Request(form.persona, form.method, action, urlencoded(pairs), headers=headers)
    files = {one.name: draw(_upload()) for one in form.fields if one.kind == "file" and draw(st.integers(0, 4))}
    body = multipart(pairs, files)
    return Request(form.persona, form.method, action, body, MULTIPART_CONTENT, headers)


@st.composite
def _spoiled(draw: st.DrawFn, form: Form, pairs: list[tuple[str, str]], foreign: list[str]) -> list[tuple[str, str]]:
    names = [one.name for one in form.fields] or ["nothing"]
    name = draw(st.sampled_from(names))
    kind, options = next(((one.kind, one.options) for one in form.fields if one.name == name), ("text", ()))
    others = [pair for pair in pairs if pair[0] != name]
    how = draw(st.integers(0, 59))
    if how < 3:
        return others
    if how < 6:
        return [*pairs, (name, draw(value_for(kind, options, foreign))), (name, "")]
    if how < 9:
        return [*pairs, (draw(every_plane), draw(every_plane))]
    if how == 9:
        return [*others, (name, draw(one_of_long(LONG)))]
    return [*others, (name, draw(value_for(kind, options, foreign)))]


@st.composite
def _upload(draw: st.DrawFn) -> Upload:
    content = draw(st.one_of(one_of_long(FILES), st.binary(max_size=200), every_plane.map(_encoded)))
    return Upload(draw(st.sampled_from(FILE_NAMES)), content, draw(st.sampled_from(FILE_TYPES)))


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@st.composite
def wrong_body(draw: st.DrawFn, forms: list[Form]) -> Request:
    """A body that is not what it says it is, sent to where a form goes."""
    form = draw(st.sampled_from(forms))
    body = draw(st.one_of(one_of_long(BODIES), st.binary(max_size=80)))
    headers = draw(odd_headers) if draw(st.booleans()) else {}
    method = draw(st.sampled_from(METHODS))
    return Request(form.persona, method, form.action, body, draw(st.sampled_from(CONTENT_TYPES)), headers)


@st.composite
def odd_address(draw: st.DrawFn, addresses: list[tuple[str, str]], foreign: list[str]) -> Request:
    """An address of the site with a part of it, or its query, replaced."""
    persona, address = draw(st.sampled_from(addresses))
    path, _mark, query = address.partition("?")
    parts = path.split("/")
    odd = value_for("text", (), foreign)
    if draw(st.booleans()) and len(parts) > 2:
        parts[draw(st.integers(1, len(parts) - 2))] = quote(draw(odd).encode("utf-8", "surrogatepass"), safe="")[:2_000]
    if draw(st.booleans()):
        words = st.sampled_from(
            ["q", "base", "ride", "day", "at", "page", "next", "again", "draft", "role", "o", "p", "e", "_popup"]
        )
        query = urlencoded(draw(st.lists(st.tuples(words, odd), min_size=1, max_size=3))).decode()[:9_000]
    headers = draw(odd_headers) if draw(st.booleans()) else {}
    return Request(persona, draw(st.sampled_from(METHODS)), "/".join(parts) + (query and f"?{query}"), headers=headers)

"""A page as somebody without eyes reads it: its forms, links and marked elements."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

Attributes = dict[str, str]


@dataclass
class Form:
    """A form as it stands on the page: where it goes, what it would send, and what its choices are."""

    action: str
    attributes: Attributes
    values: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[Attributes] = field(default_factory=list)  # with what stands on them as "text"

    @property
    def is_shown(self) -> bool:
        return "hidden" not in self.attributes


@dataclass
class Page:
    """What came back: the address it came from, the status, and the content as elements in their order."""

    path: str
    status: int
    elements: list[tuple[str, Attributes]] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)

    def form_to(self, pattern: str) -> Form | None:
        """Return the first form that goes to an address of this pattern."""
        return next(iter(self.forms_to(pattern)), None)

    def forms_to(self, pattern: str) -> list[Form]:
        return [form for form in self.forms if re.fullmatch(pattern, form.action)]

    def first(self, pattern: str, attribute: str) -> re.Match[str] | None:
        """Return the first match of the pattern in this attribute of any element."""
        return next(iter(self.all(pattern, attribute)), None)

    def all(self, pattern: str, attribute: str) -> list[re.Match[str]]:
        found = (re.search(pattern, attributes.get(attribute, "")) for _, attributes in self.elements)
        return [match for match in found if match]


def read(path: str, status: int, html: str) -> Page:
    """Return the page that this HTML is."""
    reader = _Reader(Page(path, status))
    reader.feed(html)
    return reader.page


class _Reader(HTMLParser):
    def __init__(self, page: Page):
        super().__init__()
        self.page = page
        self.form: Form | None = None
        self.filled: Form | None = None  # whose select or textarea is being read
        self.select = ""
        self.textarea = ""
        self.button: Attributes | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.page.elements.append((tag, attributes))
        if tag == "form":
            self.form = Form(urlsplit(attributes.get("action") or self.page.path).path, attributes)
            self.page.forms.append(self.form)
        elif form := self._owner(attributes):
            self._control(tag, attributes, form)

    def _owner(self, attributes: Attributes) -> Form | None:
        """Return the form that an element belongs to: the one it names, or stands in."""
        if name := attributes.get("form"):
            return next((form for form in self.page.forms if form.attributes.get("id") == name), None)
        return self.filled if self.select else self.form

    def _control(self, tag: str, attributes: Attributes, form: Form) -> None:
        name, value = attributes.get("name", ""), attributes.get("value", "")
        kind = attributes.get("type", "")
        if tag == "input" and kind in ("radio", "checkbox"):
            form.choices.setdefault(name, []).append(value)
            if "checked" in attributes:
                form.values[name] = value
        elif tag == "input":
            form.values[name] = value
        elif tag == "select":
            self.select, self.filled = name, form
        elif tag == "option" and self.select:
            form.choices.setdefault(self.select, []).append(value)
            if "selected" in attributes or len(form.choices[self.select]) == 1:
                form.values[self.select] = value
        elif tag == "textarea":
            self.textarea, self.filled = name, form
            form.values[name] = ""
        elif tag == "button":
            self.button = attributes
            form.buttons.append(attributes)

    def handle_data(self, data: str) -> None:
        if self.filled is not None and self.textarea:
            self.filled.values[self.textarea] += data
        if self.button is not None:
            self.button["text"] = f"{self.button.get('text', '')} {data.strip()}".strip()

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.textarea = ""
        elif tag == "button":
            self.button = None

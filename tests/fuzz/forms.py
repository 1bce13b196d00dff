"""Every form that somebody meets on the site: found by walking its pages, with what an honest person would send."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from http.cookies import SimpleCookie
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, SoupStrainer, Tag
from django.db import transaction
from django.http import HttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone

from tests.rules.doors import World, doors
from tests.visitor import Visitor

PAGES_OF_A_KIND = 2
# Whoever meets the same pages as one of these walks with them.
WALKERS = ("anonymous", "guest", "customer", "driver", "regulator", "manager", "administrator")
PARTS = SoupStrainer(["a", "form", "input", "select", "textarea", "button"])
SHOWS_FORMS = {200, 422}
# What one presses at the end of a walk, if at all: it would end the session.
NEVER_PRESSED = ("sign-out",)


@dataclass(frozen=True)
class Field:
    """One named control: its kind, what an honest person would send, and what else it offers."""

    name: str
    kind: str
    value: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Form:
    """A form as one persona meets it. ``route`` is the name of the address that it is sent to."""

    persona: str
    page: str
    action: str
    method: str
    route: str
    fields: tuple[Field, ...]
    takes_files: bool = False
    elsewhere: str = ""  # where the same form of the other base would be sent to

    @property
    def honest(self) -> list[tuple[str, str]]:
        return [(field.name, field.value) for field in self.fields if field.kind != "file"]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted(field.name for field in self.fields))

    def __str__(self) -> str:
        return f"{self.persona} {self.method} {self.route}"


def route_of(path: str) -> str:
    """Return the name of the address, or nothing when it is none of ours."""
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return ""


class Walk:
    """One persona's way through the whole site, by its links and its forms. Nothing is kept of what it did."""

    def __init__(self, world: World, persona: str, start: list[str]) -> None:
        self.world, self.persona = world, persona
        self.client = Visitor()
        self.forms: dict[tuple[str, str, tuple[str, ...]], Form] = {}
        self.seen: dict[str, int] = {}
        self.doors = doors()
        self.left = [*start, "/", "/admin/", *(world.at_home(door) for door in self.doors.values())]

    def go(self) -> list[Form]:
        """Return the forms that the persona meets."""
        visited = set()
        while self.left:
            path = self.left.pop(0)
            route = route_of(path)
            if path in visited or self.seen.get(route, 0) >= PAGES_OF_A_KIND or route in NEVER_PRESSED:
                continue
            visited.add(path)
            self.seen[route] = self.seen.get(route, 0) + 1
            with transaction.atomic():
                self._look(path, self._ask(path))
                transaction.set_rollback(True)
        return list(self.forms.values())

    def _ask(self, path: str) -> HttpResponse:
        self.client.cookies = SimpleCookie(self.world.cookies[self.persona])
        return self.client.get(path)  # type: ignore[return-value]

    def _look(self, path: str, response: HttpResponse, *, deep: bool = True) -> None:
        if response.status_code not in SHOWS_FORMS or not response.get("Content-Type", "").startswith("text/html"):
            return
        soup = BeautifulSoup(response.content, "html.parser", parse_only=PARTS)
        self.left += [urljoin(path, str(link["href"])) for link in soup.select("a[href]") if _is_ours(link["href"])]
        for tag in soup.find_all("form"):
            form = self._form(path, tag, soup)
            key = form.method, form.route, form.names
            if not form.route or key in self.forms:
                continue
            self.forms[key] = form
            if deep and form.method == "POST" and form.route not in NEVER_PRESSED:
                self._press(form)

    def _press(self, form: Form) -> None:
        """Send it as an honest person would, and look at what comes then: a check before the last step, for one."""
        with transaction.atomic():
            self.client.cookies = SimpleCookie(self.world.cookies[self.persona])
            response = self.client.post(form.action, dict(form.honest))
            path = form.action
            if response.status_code in {302, 303} and _is_ours(response["Location"]):
                path = response["Location"]
                response = self.client.get(path)
            self._look(path, response, deep=False)  # type: ignore[arg-type]
            transaction.set_rollback(True)

    def _form(self, path: str, tag: Tag, soup: BeautifulSoup) -> Form:
        action = urljoin(path, str(tag.get("action") or path))
        controls = tag.select("input[name], select[name], textarea[name], button[name]")
        if tag.get("id"):
            controls += soup.select(f'[form="{tag["id"]}"][name]')
        fields: dict[str, Field] = {}
        for field in filter(None, map(_field, controls)):
            # Of several with one name, such as radio buttons, the first is chosen; the others are its options.
            first = fields.setdefault(field.name, field)
            fields[field.name] = replace(first, options=(*first.options, *field.options, field.value))
        method = str(tag.get("method") or "get").upper()
        files = any(field.kind == "file" for field in fields.values())
        elsewhere = self._elsewhere(action)
        return Form(self.persona, path, action, method, route_of(action), tuple(fields.values()), files, elsewhere)

    def _elsewhere(self, action: str) -> str:
        """Return the address of the same name that leads to the other base's rows, if it leads to rows at all."""
        door = self.doors.get(route_of(action))
        return self.world.there(door) if door and door.leads_to_rows else ""


def _is_ours(address: object) -> bool:
    parts = urlsplit(str(address))
    return not parts.netloc and parts.scheme == "" and not str(address).startswith("#")


def _field(tag: Tag) -> Field | None:
    name, kind = str(tag["name"]), str(tag.get("type") or tag.name)
    if name == "csrfmiddlewaretoken":
        return None
    value = str(tag.get("value") or (tag.text if tag.name == "textarea" else ""))
    options: tuple[str, ...] = ()
    if tag.name == "select":
        options = tuple(str(option.get("value", option.text)) for option in tag.select("option"))
        chosen = [str(option.get("value", option.text)) for option in tag.select("option[selected]")]
        # One goes elsewhere: the last choice, where the first is where one starts.
        several = reversed(options) if name == "destination" else options
        value = next((text for text in [*chosen, *several] if text), "")
    return Field(name, kind, value or _honest(kind, name), options)


def _honest(kind: str, name: str) -> str:
    """Return what somebody would write into an empty control."""
    now = timezone.localtime()
    known = {
        "tel": "0612345678",
        "email": "camille.durand@example.org",
        "date": f"{now + timedelta(days=1):%Y-%m-%d}",
        "time": "14:30",
        "datetime-local": f"{now + timedelta(days=1):%Y-%m-%dT14:30}",
        "number": "1",
        "text": "Camille",
        "textarea": "At the blue door",
    }
    return "0612345678" if "phone" in name else known.get(kind, "")


def all_forms(world: World, start: list[str]) -> Iterator[Form]:
    """Yield every form that anybody meets who begins at these addresses."""
    for persona in WALKERS:
        yield from Walk(world, persona, start).go()

"""Which column of a file means what: headings in French, in English, and those of the earlier service."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils import translation
from django.utils.functional import Promise

LANGUAGES = ("fr", "en")
YES = {"1", "true", "yes", "y", "oui", "o", "vrai", "x", "on"}
# What joins words, and the two apostrophes that people write.
JOINTS = str.maketrans({"_": " ", "-": " ", "’": "'"})
NO = {"", "0", "false", "no", "n", "non", "faux", "off"}


@dataclass(frozen=True)
class Column:
    """One column: ``field`` is the form's field that takes its cells, and the heading in files of ours.

    ``also`` are further headings that mean it, those first whose cell counts when several are there.
    """

    field: str
    label: Promise
    also: tuple[str, ...] = ()

    @property
    def headings(self) -> list[str]:
        """Every heading that is understood, as compared."""
        labels = []
        for language in LANGUAGES:
            with translation.override(language):
                labels.append(str(self.label))
        return [plain(heading) for heading in (self.field, *labels, *self.also)]


def plain(text: str) -> str:
    """Return a heading or a word as it is compared: without capitals, accents, and what joins words."""
    bare = "".join(mark for mark in unicodedata.normalize("NFKD", text) if not unicodedata.combining(mark))
    return " ".join(bare.casefold().translate(JOINTS).split())


class Reading:
    """How the headings of one file are read: ``unknown`` ones are left out, and said to be.

    Those like ``nested`` are read by the kind itself.
    """

    def __init__(self, columns: Iterable[Column], headings: Iterable[str], nested: re.Pattern[str]) -> None:
        by_plain = {plain(heading): heading for heading in headings}
        self.found = {
            column.field: [by_plain[known] for known in column.headings if known in by_plain] for column in columns
        }
        used = {heading for found in self.found.values() for heading in found}
        others = [heading for heading in by_plain.values() if heading not in used]
        self.unknown = [heading for heading in others if not nested.fullmatch(heading)]

    @property
    def fields(self) -> list[str]:
        """The fields for which the file has a column."""
        return [field for field, headings in self.found.items() if headings]

    def of(self, cells: Mapping[str, str]) -> dict[str, str]:
        """Return the line's cells by field; only of columns that the file has."""
        return {
            field: next((cells[heading] for heading in headings if cells.get(heading)), "")
            for field, headings in self.found.items()
            if headings
        }


def as_typed(field: forms.Field, cell: str) -> Any:
    """Return a cell as somebody would have typed or chosen it in this field of a form; None leaves a box unticked.

    What cannot be understood is passed on as it is: the form then says what is wrong with it.
    """
    if isinstance(field, forms.BooleanField):
        return None if plain(cell) in NO else "on" if plain(cell) in YES else cell
    if isinstance(field, forms.ModelChoiceField):
        return next((row.pk for row in field.queryset or () if plain(cell) in _names(row)), cell)
    if isinstance(field, forms.ChoiceField):
        return _choice(field, cell)
    if isinstance(field, forms.FloatField | forms.DecimalField):
        return cell.replace(",", ".")
    return cell


def _names(row: Any) -> set[str]:
    return {plain(str(row)), plain(getattr(row, "name", ""))}


def _choice(field: forms.ChoiceField, cell: str) -> str:
    for language in LANGUAGES:
        with translation.override(language):
            for value, label in field.widget.choices:
                if plain(cell) in {plain(str(value)), plain(str(label))}:
                    return str(value)
    return cell


def shown(field: forms.Field, value: Any) -> str:
    """Return what stands in a field, as a file holds it and as people read it."""
    if isinstance(field, forms.BooleanField):
        return "1" if value else "0"
    if isinstance(field, forms.ModelChoiceField):
        chosen = next((row for row in field.queryset or () if row.pk == value), None)
        return str(getattr(chosen, "name", chosen)) if chosen is not None else ""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)

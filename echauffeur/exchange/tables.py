"""Tables as people keep them in files: read from CSV and XLSX whatever their encoding and separator, and written.

Cells are text, stripped. Nothing here knows what the columns mean.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import Workbook, load_workbook

from echauffeur.common.refusals import Refusal

MOST_BYTES = 4 * 1024 * 1024
MOST_UNPACKED_BYTES = 64 * 1024 * 1024
MOST_LINES = 5000
MOST_COLUMNS = 100
MOST_IN_A_CELL = 1000

# In words: a page that says “;” is misread, and French quotes otherwise. The first is the default, as the earlier
# service wrote.
SEPARATORS = {
    ";": gettext_lazy("semicolon"),
    ",": gettext_lazy("comma"),
    "\t": gettext_lazy("tabulator"),
    "|": gettext_lazy("vertical bar"),
}
# Of files that are not UTF-8: what French offices write. On a few lines charset-normalizer takes one for the
# other; that the text should be French decides better.
ENCODINGS = {"cp1252": "Windows-1252", "iso8859_15": "ISO 8859-15", "mac_roman": "Mac Roman", "cp850": "DOS 850"}
FRENCH = frozenset("àâäçéèêëîïôöùûüœæÀÂÇÉÈÊËÎÏÔÙÛŒÆ€«»°’–…  ")
ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
# What a spreadsheet would run: see the OWASP page on CSV injection. Full-width forms count as their plain ones.
RUNNABLE = tuple("=+-@\t\r\n＝＋－＠")


@dataclass(frozen=True)
class Line:
    """One line of a table: its number in the file, and its cells by heading. ``extra``: cells beyond the headings."""

    number: int
    cells: dict[str, str]
    extra: int = 0


@dataclass(frozen=True)
class Table:
    """A table with its headings, in order. ``written`` says how the file was written, for people."""

    headings: list[str]
    lines: list[Line]
    written: str


def read_table(content: bytes) -> Table:
    """Return the table of a CSV or XLSX file.

    Raises Refusal, saying what to do, when the file is empty, too large, or no such table.
    """
    if len(content) > MOST_BYTES:
        raise Refusal(
            _("The file is larger than %(most)d MB. Split it.") % {"most": MOST_BYTES // 1024**2}, field="file"
        )
    if content.startswith(OLD_EXCEL):
        raise Refusal(
            _("This is a workbook of an old Excel. Save it as .xlsx or as CSV, then send that."), field="file"
        )
    rows, written = _of_workbook(content) if content.startswith(ZIP) else _of_text(content)
    numbered = [(number, row) for number, row in enumerate(rows, start=1) if any(row)]
    if not numbered:
        raise Refusal(
            _("The file is empty. Its first line holds the headings, each further line one row."), field="file"
        )
    (_first, headings), *rest = numbered
    return Table(_checked(headings), [_line(number, headings, row) for number, row in rest], written)


def _checked(headings: list[str]) -> list[str]:
    named = [heading for heading in headings if heading]
    if twice := {heading for heading in named if named.count(heading) > 1}:
        raise Refusal(
            _("The heading “%(heading)s” stands there twice. Name each column once.") % {"heading": min(twice)},
            field="file",
        )
    return named


def _line(number: int, headings: list[str], row: list[str]) -> Line:
    cells = {heading: cell for heading, cell in zip(headings, row, strict=False) if heading}
    return Line(number, cells, extra=sum(1 for cell in row[len(headings) :] if cell))


# --- text ----------------------------------------------------------------------------------------------------------


def _of_text(content: bytes) -> tuple[list[list[str]], str]:
    text, encoding = _decoded(content)
    if "\x00" in text:
        raise Refusal(_("This is no table: send a CSV or XLSX file."), field="file")
    text, separator = _separated(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        rows = _within_limits([_clean(cell) for cell in row] for row in reader)
    except csv.Error as error:
        raise Refusal(
            _("Line %(line)d cannot be read as CSV (%(error)s). Look for a quotation mark that is never closed.")
            % {"line": reader.line_num, "error": error},
            field="file",
        ) from error
    said = {"encoding": encoding, "separator": SEPARATORS[separator]}
    return rows, _("CSV, %(encoding)s, separated by %(separator)s") % said


def _decoded(content: bytes) -> tuple[str, str]:
    """Return the text and the encoding's name: what its first bytes say, else UTF-8, else what fits French best."""
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if content.startswith(mark):
            return content.decode(encoding, errors="replace"), encoding.removesuffix("-sig").upper()
    try:
        return content.decode(), "UTF-8"
    except UnicodeDecodeError:
        texts = [(content.decode(encoding, errors="replace"), name) for encoding, name in ENCODINGS.items()]
        return max(texts, key=lambda read: _frenchness(read[0]))


def _frenchness(text: str) -> int:
    """Return how many letters a French keyboard knows, beyond the plain ones, less those it does not know."""
    return sum(1 if mark in FRENCH else -1 for mark in text if not mark.isascii())


def _separated(text: str) -> tuple[str, str]:
    """Return the text from its headings on, and the separator that cuts these into most columns."""
    first, _newline, rest = text.lstrip("\r\n").partition("\n")
    if (said := re.fullmatch(r"sep=(.)\r?", first)) and said[1] in SEPARATORS:  # a spreadsheet's own first line
        return rest, said[1]
    unquoted = re.sub(r'"[^"]*"', "", first)
    return text, max(SEPARATORS, key=unquoted.count)


# --- workbook ------------------------------------------------------------------------------------------------------


def _of_workbook(content: bytes) -> tuple[list[list[str]], str]:
    try:
        _check_unpacked(content)
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = workbook.worksheets[0]
        rows = _within_limits([_in_text(value) for value in row] for row in sheet.iter_rows(values_only=True))
    except Refusal:
        raise
    except Exception as error:
        raise Refusal(
            _("This workbook cannot be read. Open it, save it anew as .xlsx, and send that."), field="file"
        ) from error
    return rows, _("workbook, sheet “%(sheet)s”") % {"sheet": sheet.title}


def _check_unpacked(content: bytes) -> None:
    """Raise Refusal for an archive that would fill the memory, as its own table of contents says."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED_BYTES:
            raise Refusal(_("The workbook is too large once unpacked. Send its one sheet as CSV."), field="file")


def _in_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == value.min.time() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    return _clean(str(value))


# --- both ----------------------------------------------------------------------------------------------------------


def _clean(cell: str) -> str:
    """Return the cell without blanks around it, and without the mark that kept a spreadsheet from running it."""
    cell = cell.strip()
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(RUNNABLE) else cell


def _within_limits(rows: Iterable[list[str]]) -> list[list[str]]:
    return list(_each_within_limits(rows))


def _each_within_limits(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    for number, row in enumerate(rows):
        if number > MOST_LINES:
            raise Refusal(_("The file has more than %(most)d lines. Split it.") % {"most": MOST_LINES}, field="file")
        if len(row) > MOST_COLUMNS:
            raise Refusal(_("The file has more than %(most)d columns.") % {"most": MOST_COLUMNS}, field="file")
        if any(len(cell) > MOST_IN_A_CELL for cell in row):
            raise Refusal(
                _("A cell on line %(line)d holds more than %(most)d characters. Look for a quotation mark left open.")
                % {"line": number + 1, "most": MOST_IN_A_CELL},
                field="file",
            )
        yield row


def harmless(value: Any) -> Any:
    """Return the cell so that no spreadsheet runs it: text that begins like a formula gets an apostrophe first."""
    text = str(value)
    if NUMBER.fullmatch(text) or not (text.startswith(RUNNABLE) or text.lstrip().startswith(RUNNABLE)):
        return value
    return f"'{text}"


def csv_of(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return the table as CSV that French spreadsheets open well: UTF-8 with its mark, separated by semicolons."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=next(iter(SEPARATORS)))
    writer.writerow(headings)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def xlsx_of(title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return the table as a workbook of one sheet; text is stored as text, whatever it begins with."""
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = title[:31]
    sheet.append(list(headings))
    sheet.freeze_panes = "A2"
    for number, row in enumerate(rows, start=2):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column, harmless(value))
            if isinstance(value, str):
                cell.data_type = "s"
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()

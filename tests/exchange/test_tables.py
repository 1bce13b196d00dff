"""Reading and writing tables: whatever the encoding and the separator, and nothing that a spreadsheet would run."""

import csv
import io
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from echauffeur.common.refusals import Refusal
from echauffeur.exchange import tables
from echauffeur.exchange.tables import csv_of, harmless, read_table, xlsx_of

SIX_THIRTY = datetime(2026, 11, 26, 6, 30)  # noqa: DTZ001  a spreadsheet knows no zones
MIDNIGHT = datetime(2026, 1, 2)  # noqa: DTZ001
TEXT = "nom;accès;prix\r\nHôpital de la Rade;« Œuvre » – 5 €;4,5\r\nMess;derrière l'hôtel;7\r\n"


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def cells(content: bytes) -> list[list[str]]:
    table = read_table(content)
    return [table.headings, *(list(line.cells.values()) for line in table.lines)]


def workbook(rows: list[list[Any]]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


class TestText:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
    def test_its_encoding_is_found_out(self, encoding: str) -> None:
        assert cells(TEXT.encode(encoding)) == [
            ["nom", "accès", "prix"],
            ["Hôpital de la Rade", "« Œuvre » – 5 €", "4,5"],
            ["Mess", "derrière l'hôtel", "7"],
        ]

    @pytest.mark.parametrize("encoding", ["mac_roman", "cp850", "iso8859_15"])
    def test_older_encodings_keep_their_accents(self, encoding: str) -> None:
        text = "nom;accès\nHôpital à côté du château;Derrière l'hôtel, à l'entrée des élèves\n" * 20
        text = "nom;accès\n" + text.replace("nom;accès\n", "")
        assert cells(text.encode(encoding))[1] == [
            "Hôpital à côté du château", "Derrière l'hôtel, à l'entrée des élèves",
        ]  # fmt: skip

    @pytest.mark.parametrize("mark", [";", ",", "\t", "|"])
    def test_its_separator_is_found_out(self, mark: str) -> None:
        content = f'name{mark}access_note\n"A{mark} B"{mark}by the gate\n'.encode()
        assert cells(content) == [["name", "access_note"], [f"A{mark} B", "by the gate"]]

    @pytest.mark.parametrize(
        ("encoding", "mark", "words"),
        [
            ("utf-8", ";", "CSV, UTF-8, separated by semicolon"),
            ("cp1252", ",", "CSV, Windows-1252, separated by comma"),
            ("utf-16", "\t", "CSV, UTF-16, separated by tabulator"),
        ],
    )
    def test_how_it_was_read_is_said_in_words(self, encoding: str, mark: str, words: str) -> None:
        assert read_table(f"nom{mark}accès\nHôtel{mark}« Œuvre »\n".encode(encoding)).written == words

    def test_a_spreadsheets_own_first_line_says_it(self) -> None:
        assert cells(b"sep=,\r\nname,note\r\na;b,c\r\n") == [["name", "note"], ["a;b", "c"]]

    def test_one_column_needs_no_separator(self) -> None:
        assert cells(b"name\nMess\nGym\n") == [["name"], ["Mess"], ["Gym"]]

    def test_lines_keep_their_number_in_the_file_and_empty_ones_are_passed_over(self) -> None:
        table = read_table(b"name;kind\n\nMess;mess\n;\nGym;sport;too;many\n")
        assert [(line.number, line.extra) for line in table.lines] == [(3, 0), (5, 2)]

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "empty"),
            (b"\n\n", "empty"),
            (b"name;name\na;b\n", "twice"),
            (b"a\x00b;c\n", "no table"),
            (tables.OLD_EXCEL + b"rest", "old Excel"),
            (b"PK\x03\x04rubbish", "cannot be read"),
            (b"x" * (tables.MOST_BYTES + 1), "larger"),
            (b"name\n" + b"a\n" * (tables.MOST_LINES + 1), "more than"),
            (b";" * 200, "columns"),
            (b'name\n"' + b"a" * 2000 + b"\n", "quotation mark"),
        ],
    )
    def test_what_is_no_table_is_refused_in_words(self, content: bytes, said: str) -> None:
        with pytest.raises(Refusal, match=said):
            read_table(content)

    @given(st.binary(max_size=300))
    def test_any_bytes_are_read_or_refused(self, content: bytes) -> None:
        for start in (b"", b"PK\x03\x04", b"\xff\xfe", b"\xef\xbb\xbf"):
            with suppress(Refusal):
                read_table(start + content)


class TestWorkbook:
    def test_its_cells_come_as_text(self) -> None:
        rows = [
            ["name", "latitude", "enabled", "from", "at", "none"],
            ["Mess", -4.49, True, date(2026, 11, 26), SIX_THIRTY, None],
            [" Gym ", 12.0, False, MIDNIGHT, 7, "x"],
        ]
        assert cells(workbook(rows))[1:] == [
            ["Mess", "-4.49", "1", "2026-11-26", "2026-11-26 06:30", ""],
            ["Gym", "12", "0", "2026-01-02", "7", "x"],
        ]

    def test_a_bomb_is_not_unpacked(self) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("xl/worksheets/sheet1.xml", b"0" * (tables.MOST_UNPACKED_BYTES + 1))
        assert len(out.getvalue()) < tables.MOST_BYTES
        with pytest.raises(Refusal, match="too large once unpacked"):
            read_table(out.getvalue())


RUNS = ["=1+1", "+33 1 23", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1+1", '=HYPERLINK("http://evil.example")']


class TestWhatGoesOut:
    @pytest.mark.parametrize("cell", RUNS)
    def test_nothing_a_spreadsheet_would_run(self, cell: str) -> None:
        assert harmless(cell) == f"'{cell}"
        text = csv_of(["a"], [[cell]]).decode("utf-8-sig")
        (_headings, row) = csv.reader(io.StringIO(text, newline=""), delimiter=";")
        assert row == [f"'{cell}"]
        book = load_workbook(io.BytesIO(xlsx_of("t", ["a"], [[cell]])))
        written = book.worksheets[0]["A2"]
        assert written.data_type == "s"
        assert written.value == f"'{cell}".replace("\r", "\n")  # as XML has it

    @pytest.mark.parametrize("cell", ["-4.4951", "+33298221000", "12", -4.5, 3])
    def test_numbers_stay_numbers(self, cell: Any) -> None:
        assert harmless(cell) == cell

    @pytest.mark.parametrize("write", [csv_of, lambda headings, rows: xlsx_of("t", headings, rows)])
    def test_comes_back_as_it_went(self, write: Any) -> None:
        rows = [["Hôpital; « Rade »", "'quoted", "=1+1", "a\nb", "+33 2 98", "-4.5"], ["", "x", "y", "z", "1", "2"]]
        assert cells(write(list("abcdef"), rows))[1:] == rows

"""What nobody should send, and somebody will: texts, days, numbers, ids, bodies, headers and addresses."""

from typing import Any
from urllib.parse import quote, urlencode

from django.test.client import BOUNDARY, encode_multipart
from hypothesis import strategies as st

MEGABYTE = 1_000_000
DAYS = [
    "0000-00-00", "0000-01-01", "0001-01-01", "1-1-1", "1900-02-29", "1969-12-31", "2026-02-30", "2026-13-01",
    "2026-03-29", "2026-10-25", "9999-12-31", "10000-01-01", "31/12/9999", "29/02/2027", "+2026-01-01", "2026-W01-1",
    "9999-12-31T23:59", "0001-01-01T00:00", "2026-03-29T02:30", "2026-10-25T02:30", "2026-01-01T00:00+25:00",
    "2026-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999-23:59", "0001-01-01T00:00:00+23:59", "today",
    "٢٠٢٦-٠١-٠١",
]  # fmt: skip
CLOCKS = ["00:00", "02:30", "23:59:60", "24:00", "25:00", "-1:00", "1h", "99h99", "12:00:00.0000001", "noon", "١٢:٠٠"]
NUMBERS = [
    "0", "-0", "-1", "1.5", "1,5", "1e3", "1e309", "-1e309", "nan", "inf", "-inf", "NaN", "0x10", "1_000", "٣", "²",
    "½", "true", "2147483647", "2147483648", "9223372036854775807", "9223372036854775808", "-9223372036854775809",
    "99999999999999999999999999999999999999", "9" * 5_000, "0." + "1" * 400, "90.0000001", "-180.5",
]  # fmt: skip
WORDS = [
    "", " ", "\t\n", "\x00", "a\x00b", "\ud800", "\udfff\ud800", "\u202etxt.exe", "\u2066\u2069", "\ufeff",
    "\u2028\u2029", "e\u0301" * 200, "👩‍👩‍👧‍👦" * 50, "İı", "ﬀ", "\U0010ffff", "\uffff", "'", '"', "\\", "--", "';--",
    "%", "%s", "%(base)s", "%00", "{{ 7|add:7 }}", "{% csrf_token %}", "<script>alert(1)</script>",
    "</textarea><img src=x>", "javascript:alert(1)", "http://evil.example/", "//evil.example", "/\\evil.example",
    "../../etc/passwd", "=1+1", "@SUM(A1)", "null", "None", "[]", "[1]", "{}", '{"a": 1}', "on", "off",
    "\r\nSet-Cookie: a=b", "a@b", "a@b.c" * 60, "é@é.fr", "+33612345678", "+" + "9" * 40,
    "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "R-222222", "nowhere",
    "R-7F3KQ2\n", "x" * 300, "x" * 70_000, "1-1", "1-", "9" * 18 + "-1", "__all__", "id__in", "pk",
]  # fmt: skip
LONG = ["x" * MEGABYTE, "é" * (MEGABYTE // 2), "\U0001f697" * (MEGABYTE // 4), "<" * MEGABYTE, "[" * MEGABYTE]


def one_of_long(things: list[Any]) -> st.SearchStrategy[Any]:
    """Return one of these; Hypothesis never writes them out."""
    return st.integers(0, len(things) - 1).map(lambda number: things[number])


every_plane = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)
HEADERS = {
    "HX-Request": ["true", "false", "", "\xff"],
    "HX-Boosted": ["true"],
    "HX-Target": ["live", "\xff", "x" * 5_000],
    "HX-Current-URL": [
        "http://testserver/rides/",
        "http://[",
        "http://testserver:99999/",
        "\xff",
        "javascript:1",
        "//",
    ],
    "HX-History-Restore-Request": ["true"],
    "Accept-Language": ["fr", "zz-ZZ,*;q=0", "fr;q=nan", ",,,;;;", "x" * 5_000, "\xff"],
    "Accept": ["application/json", "", "*/*;q=0", "text/html;version=" + "9" * 999],
    "Accept-Encoding": ["identity;q=0", "gzip;q=2", "\xff"],
    "Referer": ["http://testserver/", "http://[::1", "\xff", "http://evil.example/rides/", "about:blank", "x" * 5_000],
    "Origin": ["null", "http://evil.example", "\xff"],
    "Cookie": [
        "sessionid=",
        "sessionid=\xff",
        "messages=x; csrftoken=\x01",
        "a=b;" * 500,
        "=",
        "django_language=../../x",
    ],
    "Host": [
        "evil.example",
        "testserver:99999",
        "testserver:",
        "[::1",
        "",
        "a" * 300,
        "\xff",
        "testserver, evil.example",
    ],
    "X-Forwarded-For": ["", "not an address", "1.2.3.4, " * 200, "::1%eth0", "\xff", "999.1.1.1"],
    "X-Forwarded-Proto": ["https", "ftp", "\xff"],
    "X-Forwarded-Host": ["evil.example"],
    "X-Real-IP": ["not an address"],
    "User-Agent": ["", "x" * 10_000, "\xff\x01"],  # a NUL in a header is refused by the server
    "If-None-Match": ["*", '"', 'W/"x"', "\xff"],
    "If-Modified-Since": ["Thu, 01 Jan 0000 00:00:00 GMT", "x", "Thu, 31 Dec 9999 23:59:59 GMT"],
    "Range": ["bytes=0-0", "bytes=-1", "bytes=9-1", "x"],
    "X-HTTP-Method-Override": ["DELETE"],
    "X-CSRFToken": ["\xff", "x" * 64],
    "Expect": ["100-continue"],
}
odd_headers = st.dictionaries(st.sampled_from(sorted(HEADERS)), st.integers(0, 99), min_size=1, max_size=3).map(
    lambda chosen: {name: HEADERS[name][number % len(HEADERS[name])] for name, number in chosen.items()}
)
CONTENT_TYPES = [
    "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-16",
    "application/x-www-form-urlencoded; charset=no-such", "multipart/form-data", "multipart/form-data; boundary=",
    "multipart/form-data; boundary=x", f"multipart/form-data; boundary={'b' * 300}",
    "multipart/form-data; boundary=\xe9", "multipart/mixed; boundary=x", "application/json",
    "application/json; charset=utf-7", "text/plain", "text/xml", "", "\xff", "a/b/c",
]  # fmt: skip
BODIES = [
    b"", b"\x00", b"\xff\xfe\xfd", b"\xed\xa0\x80", b"a=%", b"a=%zz&b=%ff", b"&&&===", b"[]=1&a[b]=2", b"a" * 4_000,
    b"a=1&" * 1_500, b"--x\r\n", b"--x--", b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1',
    b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--",
    b'--x\r\nContent-Disposition: form-data; name="a"; filename="\x00"\r\nContent-Transfer-Encoding: base64\r\n\r\n!',
    b'--x\r\nContent-Disposition: form-data; name="\xff"; filename*=utf-8\'\'%ff\r\n\r\n1\r\n--x--',
    b"--x\r\nX\r\n" * 200, b'{"lat": 1, "lon": 2, "at": 3}', b'{"lat": 1e999, "lon": NaN, "at": "x"}', b"[[[[",
    b"[" * 50_000, b'{"a":' * 5_000, b"null", b"7", b'""', b'{"lat": "\\ud800", "lon": {}, "at": []}',
    b'{"lat": 48, "lon": -4, "at": 1e18, "heading": 1e400, "accuracy": "x"}', b"x" * 3_000_000,
    b"a=" + b"x" * 2_600_000,
]  # fmt: skip
FILES = [
    b"", b"\x00" * 100, b"\xff\xfe\x00", b"PK\x03\x04", b"PK\x05\x06" + b"\x00" * 18, b"a;b\n1;2\n",
    b"name;latitude\n;\n" * 50, b"name\n" + b"x" * 200_000, b"\xef\xbb\xbf_id;label\n=1+1;\x00\n", b'"' * 1_000,
    "é;ü\n".encode("utf-16"), b"a,b\r1,2\r", b"\n" * 5_000,
    b"_id;label;campus.id;location.coordinates.0;location.coordinates.1\n1;x;brest;nan;1e999\n",
    b"email;firstname;lastname;roles.0.role\nx;y;z;ROLE_SUPER_ADMIN\n", b"%PDF-1.4", b"GIF89a",
]  # fmt: skip
FILE_NAMES = [
    "a.csv",
    "a.xlsx",
    "a.xls",
    "",
    ".",
    "../../a.csv",
    "a\x00.csv",
    "x" * 300 + ".csv",
    "é.CSV",
    "a.csv.exe",
    "\u202ecsv.xlsx",
]
FILE_TYPES = [
    "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "text/html", "", "\xff",
]  # fmt: skip


# What broke something most often, anywhere: tried most often.
WORST = [
    "\x00", "a\x00b", "\ud800", "", "-1", "0", "9223372036854775808", "1e309", "nan", "1.5", "²", "0001-01-01",
    "9999-12-31", "9999-12-31T23:59", "x" * 300, "'", "[1]", "%s",
]  # fmt: skip
POOLS = {"date": DAYS, "datetime-local": DAYS, "time": CLOCKS, "number": NUMBERS, "hidden": NUMBERS}


def value_for(kind: str, options: tuple[str, ...], foreign: list[str]) -> st.SearchStrategy[str]:
    """Return what may be sent for a control of this kind with these choices. ``foreign``: another base's keys."""
    own = [one_of_long(POOLS.get(kind, WORDS)), st.sampled_from(options or ("on", "1", "x"))]
    any_kind = [one_of_long(words) for words in (DAYS, CLOCKS, NUMBERS, WORDS)]
    return st.one_of(one_of_long(WORST), one_of_long(WORST), one_of_long(foreign), *own, *any_kind, every_plane)


def urlencoded(pairs: list[tuple[str, str]]) -> bytes:
    """Return the pairs as a form sends them, lone surrogates and all."""
    return urlencode(pairs, quote_via=quote, errors="surrogatepass").encode()


class Upload:
    """A file as Django's own encoder takes it."""

    def __init__(self, name: str, content: bytes, content_type: str) -> None:
        self.name, self.content, self.content_type = name, content, content_type

    def read(self) -> bytes:
        return self.content


def multipart(pairs: list[tuple[str, str]], files: dict[str, Upload]) -> bytes:
    """Return the pairs and files as a form with files sends them."""
    several: dict[str, object] = {}
    for name, value in pairs:
        several.setdefault(_plain(name), []).append(_plain(value))  # type: ignore[attr-defined]
    return encode_multipart(BOUNDARY, several | files)


def _plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode()

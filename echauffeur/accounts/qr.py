"""A QR code as the one path that a template draws: no image, no inline style."""

from dataclasses import dataclass

import segno

QUIET = 4  # modules of white that readers want around it


@dataclass(frozen=True)
class Drawing:
    """``path``: the dark modules, in units of one; ``size``: the side of the whole square."""

    path: str
    size: int


def drawing_of(text: str) -> Drawing:
    """Return the QR code of the text."""
    rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix_iter(border=QUIET)]
    dark = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, module in enumerate(row) if module)
    return Drawing("".join(dark), len(rows))

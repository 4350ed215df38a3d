"""Saving pictures: the same data gives the same bytes, in the format of the suffix."""

from __future__ import annotations

import base64
import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from crmmining.errors import InvalidOptionError

_FORMATS: dict[str, dict[str, str | None]] = {
    "svg": {"Date": None, "Creator": "crmmining"},
    "png": {"Software": "crmmining"},
    "pdf": {"CreationDate": None, "Creator": "crmmining", "Producer": "crmmining"},
}
_RC: Any = {
    "svg.fonttype": "path",
    "svg.hashsalt": "crmmining",
    "pdf.fonttype": 42,
    "text.hinting": "none",
    "axes.unicode_minus": False,
    "path.simplify": False,
}


def save(figure: Figure, path: Path | str, *, dots_per_inch: float = 144) -> Path:
    """Write a picture as SVG, PNG or PDF, by the suffix of the path; return the path.

    Raises `InvalidOptionError` for any other suffix.
    """
    target = Path(path)
    target.write_bytes(picture_bytes(figure, target.suffix[1:], dots_per_inch=dots_per_inch))
    return target


def picture_bytes(figure: Figure, kind: str, *, dots_per_inch: float = 144) -> bytes:
    """A picture as bytes of a format: `svg`, `png` or `pdf`, in any case of letters."""
    name = kind.lower()
    if name not in _FORMATS:
        raise InvalidOptionError(f"a picture is saved as .svg, .png or .pdf, not as '.{kind}'")
    metadata: dict[str, Any] = {**_FORMATS[name], "Title": alt_text(figure)}
    out = io.BytesIO()
    with drawing():
        figure.savefig(out, format=name, dpi=dots_per_inch, metadata=metadata)
    return out.getvalue()


def svg_data_uri(figure: Figure) -> str:
    """A picture for the `src` of an HTML image, nothing to be loaded from elsewhere."""
    encoded = base64.b64encode(picture_bytes(figure, "svg")).decode("ascii")
    return f"data:image/svg+xml;base64,{encoded}"


def alt_text(figure: Figure) -> str:
    """The finding a picture states, for readers who cannot see it."""
    return str(figure.get_label())


@contextmanager
def drawing() -> Iterator[None]:
    """Settings under which figures are rendered; a letter no font has is no warning."""
    with mpl.rc_context(_RC), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph \d+", category=UserWarning)
        yield

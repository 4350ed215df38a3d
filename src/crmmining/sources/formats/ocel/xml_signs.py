"""Signs that XML 1.0 knows no way to write, as office documents spell them: ``_x0001_``.

So no two names become one, and what is written is read back. (ECMA-376, 22.9.2.19, ST_Xstring;
https://www.w3.org/TR/xml/#charsets)
"""

from __future__ import annotations

import re

_NONE = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
_TO_SPELL = re.compile(f"{_NONE}|_(?=x[0-9A-F]{{4}}(?:_|{_NONE}))")
_SPELLED = re.compile(r"_x([0-9A-F]{4})_")


def spelled(text: str) -> str:
    """A text that XML can hold; an underscore that would begin such a sign is spelled too.

    >>> spelled("a\\x01"), spelled("\\ufffe"), spelled("_x0001_"), spelled("_x000")
    ('a_x0001_', '_xFFFE_', '_x005F_x0001_', '_x000')
    """
    if text.isascii() and text.isprintable() and "_x" not in text:
        return text  # nearly all are
    return _TO_SPELL.sub(lambda sign: f"_x{ord(sign[0]):04X}_", text)


def unspelled(text: str) -> str:
    """What `spelled` was given; signs that XML can hold stay spelled.

    >>> unspelled("a_x0001_"), unspelled("_x005F_x0001_"), unspelled("_x0041_")
    ('a\\x01', '_x0001_', '_x0041_')
    """
    return _SPELLED.sub(_meant, text) if "_x" in text else text


def _meant(sign: re.Match[str]) -> str:
    code = int(sign[1], 16)
    after = sign.string[sign.end() : sign.end() + 6]
    escaped = code == ord("_") and re.match(r"x[0-9A-F]{4}_", after)
    return chr(code) if escaped or re.fullmatch(_NONE, chr(code)) else sign[0]

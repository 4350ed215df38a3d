"""Pseudonyms: names and ids as keyed hashes, the key kept apart from the workspace.

One secret gives one pseudonym for a text wherever it stands, so sources still join.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from pathlib import Path

from crmmining.errors import SourceError

_LEAST = 32
_DIGITS = 24


@dataclass(frozen=True)
class SecretKey:
    """The secret without which nobody can tell whose pseudonym one is.

    A text becomes ``sha256(outer + sha256(inner + text))``, cut to 96 bits, with two keys made from the
    secret: the nested construction of Bellare, Canetti & Krawczyk, "Keying Hash Functions for Message
    Authentication" (CRYPTO 1996), which a database can compute too.
    """

    inner: str
    outer: str

    @classmethod
    def read(cls, path: Path) -> SecretKey:
        """The key in a file.

        Raises:
            SourceError: no such file, or too short to be a secret.
        """
        try:
            secret = path.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SourceError(
                f"{path}: the key of the pseudonyms cannot be read ({error}); put it back where it was, "
                "or load everything under another: --reload --pseudonymise FILE"
            ) from None
        if len(secret) < _LEAST:
            raise SourceError(
                f"{path}: a key has at least {_LEAST} characters; take the file away, and one is made"
            )
        return cls(*(hashlib.sha256(f"{part} {secret}".encode()).hexdigest() for part in ("inner", "outer")))

    @property
    def fingerprint(self) -> str:
        """Tells two keys apart, and tells nothing else of them."""
        return hashlib.sha256(f"fingerprint {self.inner} {self.outer}".encode()).hexdigest()[:16]

    def pseudonym(self, text: str) -> str:
        """What stands for a text.

        >>> SecretKey("a", "b").pseudonym("ann@example.org")
        '5f469fb621811dab252670c3'
        """
        within = hashlib.sha256(f"{self.inner}{text}".encode()).hexdigest()
        return hashlib.sha256(f"{self.outer}{within}".encode()).hexdigest()[:_DIGITS]

    def sql(self, text: str) -> tuple[str, tuple[str, str]]:
        """The same as SQL over a text expression, and the values of its placeholders, which come first."""
        return f"substr(sha256(? || sha256(? || {text})), 1, {_DIGITS})", (self.outer, self.inner)


def make_key(path: Path) -> None:
    """Write a new key, for its owner's eyes only.

    Raises:
        SourceError: the file cannot be written, or is there already.
    """
    try:
        with path.open("x", encoding="utf-8") as file:
            path.chmod(0o600)
            file.write(secrets.token_hex(32) + "\n")
    except OSError as error:
        raise SourceError(f"{path}: no key can be written there: {error.strerror or error}") from None

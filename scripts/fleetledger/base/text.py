"""Text of logs made harmless and comparable, and words that were misspelt."""

from __future__ import annotations

import re
from collections.abc import Iterable

ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)?", re.DOTALL)
"""What terminals take for commands (ECMA-48)."""


def composed(text: str) -> str:
    r"""The text in Unicode's composed form (NFC): some systems write letters and their accents apart.

    >>> composed("e\u0301") == "\xe9"
    True
    """
    if text.isascii():
        return text
    import unicodedata

    return unicodedata.normalize("NFC", text)


def clean(text: str) -> str:
    r"""Text that cannot steer a terminal: no control characters (C0, C1), no bidirectional overrides, no line breaks.

    >>> clean("a\x1b[31mb\u202ec\nd")
    'a[31mbc d'
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else " " if char.isspace() else "" for char in text)


def counted(count: int, one: str, many: str = "") -> str:
    """How many of a thing there are, in words of that number.

    >>> counted(1, "call"), counted(2000, "call"), counted(0, "entry", "entries")
    ('1 call', '2,000 calls', '0 entries')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def near(value: object, words: Iterable[str]) -> str:
    """The words that a misspelt one is probably meant to be, as the end of a sentence.

    >>> near("mnth", ("day", "month"))
    ' (did you mean month?)'
    >>> near("mnth", ("month", "day", "month"))
    ' (did you mean month?)'
    >>> near("x", ("day", "month"))
    ''
    """
    # Only for a message: importing it takes longer than most answers.
    from difflib import get_close_matches

    close = get_close_matches(value.lower(), list(dict.fromkeys(words)), n=2) if isinstance(value, str) else []
    return f" (did you mean {' or '.join(close)}?)" if close else ""

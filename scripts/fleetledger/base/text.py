"""Text of logs made harmless, and words that were misspelt."""

from __future__ import annotations

from collections.abc import Iterable


def clean(text: str) -> str:
    r"""Text that cannot steer a terminal: no control characters (C0, C1), no bidirectional overrides, no line breaks.

    >>> clean("a\x1b[31mb\u202ec\nd")
    'a[31mbc d'
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else " " if char.isspace() else "" for char in text)


def near(value: object, words: Iterable[str]) -> str:
    """The words that a misspelt one is probably meant to be, as the end of a sentence.

    >>> near("mnth", ("day", "month"))
    ' (did you mean month?)'
    >>> near("x", ("day", "month"))
    ''
    """
    # Only for a message: importing it takes longer than most answers.
    from difflib import get_close_matches

    close = get_close_matches(value.lower(), list(words), n=2) if isinstance(value, str) else []
    return f" (did you mean {' or '.join(close)}?)" if close else ""

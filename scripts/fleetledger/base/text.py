"""Text of logs made harmless."""

from __future__ import annotations


def clean(text: str) -> str:
    r"""Text that cannot steer a terminal: no control characters (C0, C1), no bidirectional overrides, no line breaks.

    >>> clean("a\x1b[31mb\u202ec\nd")
    'a[31mbc d'
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else " " if char.isspace() else "" for char in text)

"""Taking secrets out of texts that are to leave the machine: what the scan looks for, and whatever is given as one.

Rather too much than too little: beside the rules of the scan (scan.py), the user's own among them, everything that
stands behind a word such as `password` or `Authorization`, and what a URL has before its host. What goes is replaced by
`[secret]`, so that nothing of it, its length neither, is left.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from fleetledger.landing.settings import landed_rows
from fleetledger.secrets.scan import PRIVATE_KEY, RULES, read_rules

MARK = "[secret]"

GIVEN = (
    re.compile(
        r"(?i)(?P<keep>(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)"
        r"[\w.-]*[\"']?\s*(?::|=>?|\s--?)\s*[\"']?)(?P<gone>[^\s\"',;)}\]]{6,})"
    ),
    re.compile(
        r"(?i)(?P<keep>\b(?:authorization|proxy-authorization|x-api-key|cookie|set-cookie)[\"']?\s*[:=]\s*)(?P<gone>[^\n\"']+)"
    ),
    re.compile(r"(?i)(?P<keep>\b(?:bearer|basic)\s+)(?P<gone>[\w.~+/-]{8,}=*)"),
    re.compile(r"(?P<keep>\b[a-z][a-z0-9+.-]{1,20}://)(?P<gone>[^\s/@\"']+)(?=@)"),
)
"""What is given as a secret by the words before it; what stands there goes, be it one or not."""

WHOLE_KEY = re.compile(PRIVATE_KEY.pattern + r"(?:[^\n]*-----)?", re.DOTALL)


def redactor(data: Path, now: datetime) -> Callable[[str], str]:
    """What takes the secrets out of a text, by the rules that hold in `data`. Raises SecretScanError."""
    detectors, _ = read_rules(RULES, landed_rows(data, "settings_audit_rules", now))

    def redacted(text: str) -> str:
        text = WHOLE_KEY.sub(MARK, text)
        found = {value for detector in detectors.values() for value in detector(text)}
        # The longest first: one may hold another.
        for value in sorted(filter(None, found), key=len, reverse=True):
            text = text.replace(value, MARK)
        for pattern in GIVEN:
            text = pattern.sub(rf"\g<keep>{MARK}", text)
        return text

    return redacted

"""Reports for programs: JSON, CSV and Parquet.

Amounts keep all their decimals, in JSON as numbers. What was not observed, and what has no price, is null in JSON and
an empty cell in CSV; days are `2026-11-21`, instants `2026-11-21T14:03:00Z`.
"""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from fleetledger.base.text import clean
from fleetledger.published.rows import Row
from fleetledger.reports.costs import SECTIONS, SESSION_KEYS

UNPRINTABLE = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
"""What JSON leaves as it is and a terminal acts on: control characters beyond ASCII's, and bidirectional overrides."""

FORMULA = ("=", "+", "-", "@")
"""What makes a spreadsheet take a text for a formula."""


def to_json(document: Row) -> str:
    """The document as JSON, one group to a line."""
    members = [f"{json.dumps(key)}: {_member(value)}" for key, value in document.items()]
    return UNPRINTABLE.sub(lambda char: f"\\u{ord(char[0]):04x}", "{\n" + ",\n".join(members) + "\n}")


def to_csv(document: Row) -> str:
    """The groups of the document as CSV with a header; those of an overview begin with the name of their section."""
    rows = _rows(document)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    header = list(rows[0]) if rows else _header(document)
    if header:
        writer.writerow(header)
        writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return out.getvalue()


def to_parquet(document: Row) -> bytes:
    """The rows that `to_csv` has, with their types; what is text in a list stays JSON."""
    import pyarrow
    from pyarrow import parquet

    rows = _rows(document)
    columns = {name: [row[name] for row in rows] for name in (rows[0] if rows else _header(document))}
    arrays = {
        name: pyarrow.array(list(map(_plain, values)), _arrow_type(name, values)) for name, values in columns.items()
    }
    out = io.BytesIO()
    parquet.write_table(pyarrow.table(arrays), out, compression="zstd")
    return out.getvalue()


def _arrow_type(name: str, values: list[object]) -> Any:  # noqa: ANN401 - pyarrow is not imported for this
    """The type of a column: amounts are decimals, as in the tables; what is null throughout goes by its name."""
    import pyarrow

    first = next((value for value in values if value is not None), None)
    if isinstance(first, Decimal) or (first in (None, 0) and name.endswith("_usd")):
        return pyarrow.decimal128(38, 16)
    if first is None:
        return pyarrow.int64() if name.endswith(("_tokens", "_count")) else pyarrow.string()
    return pyarrow.string() if isinstance(first, dict | list) else None


def _plain(value: object) -> object:
    """A value as Parquet takes it."""
    return _value(value) if isinstance(value, dict | list) else value


def _rows(document: Row) -> list[Row]:
    if "rows" in document:
        rows: list[Row] = document["rows"]
        return rows
    keys = dict.fromkeys("day" if key == "period" else key for section in SECTIONS.values() for key in section)
    groups = {section: document[section] for section in SECTIONS} | {"totals": [document["totals"]]}
    return [{"section": section} | keys | row for section, found in groups.items() for row in found]


def _header(document: Row) -> list[str]:
    """The keys that the rows of a report would have, if there were any."""
    keys = SESSION_KEYS if document["report"] == "sessions" else document.get("by")
    # Of other reports on groups `by` is a word, and the names of their columns are not known without a row.
    return (
        [*keys, *document["totals"]] if isinstance(keys, list | tuple) and isinstance(document["totals"], dict) else []
    )


def _member(value: object) -> str:
    if isinstance(value, list) and value:
        return "[\n  " + ",\n  ".join(_value(row) for row in value) + "\n]"
    return _value(value)


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    if isinstance(value, Decimal):
        return _digits(value)
    return json.dumps(_instant(value) if isinstance(value, date) else value, ensure_ascii=False)


def _cell(value: object) -> object:
    if isinstance(value, str):
        text = clean(value)
        return "'" + text if text.startswith(FORMULA) else text
    if isinstance(value, Decimal):
        return _digits(value)
    return _instant(value) if isinstance(value, date) else value


def _digits(amount: Decimal) -> str:
    """All digits of an amount, without an exponent and without zeros at the end.

    >>> _digits(Decimal("1.250000000")), _digits(Decimal("0E-9")), _digits(Decimal("1E+3"))
    ('1.25', '0', '1000')
    """
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _instant(moment: date) -> str:
    return moment.isoformat() + ("Z" if isinstance(moment, datetime) else "")

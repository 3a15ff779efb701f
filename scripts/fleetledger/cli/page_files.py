"""Writing the page as files, which two commands do: page and refresh --page."""

from __future__ import annotations

from pathlib import Path

import click

from fleetledger.base.text import clean, counted


def write_page(ledger: Path, out: Path | None = None) -> Path:
    """Write the page of a published file, beside it or to `out`, and say so; its address on this machine."""
    from fleetledger.page.export import export, page_dir

    exported = export(ledger, out or page_dir(ledger.parent))
    changed = f"{exported.written:,} written" if exported.written else "nothing has changed"
    click.echo(clean(f"Page: {exported.path} ({counted(exported.files, 'file')}, {changed})"))
    return exported.path

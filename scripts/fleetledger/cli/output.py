"""How commands print what they found: the options that say how, and the printing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from fleetledger.terminal.progress import is_terminal

if TYPE_CHECKING:
    from fleetledger.published.rows import Row

Value = TypeVar("Value")

FORMATS = ("text", "json", "csv", "parquet", "markdown")


def alone(ctx: click.Context, param: click.Parameter, value: Value) -> Value:
    """The callback of options of which only one may be given. Raises click.UsageError for a second."""
    if value:
        first = ctx.meta.setdefault(__name__, param)
        if first is not param:
            raise click.UsageError(f"{first.opts[0]} and {param.opts[0]} exclude one another.", ctx)
    return value


json_option = click.option("--json", "as_json", is_flag=True, callback=alone, help="As JSON, with all decimals.")


def _short_for(form: str) -> Callable[[click.Context, click.Parameter, bool], None]:
    """The callback of an option that is short for a form."""

    def callback(ctx: click.Context, param: click.Parameter, value: bool) -> None:
        if alone(ctx, param, value):
            ctx.meta["form"] = form

    return callback


def _form(ctx: click.Context, param: click.Parameter, value: str | None) -> str:
    chosen: str = alone(ctx, param, value) or ctx.meta.get("form", "text")
    return chosen


def table_options(function: Callable[..., None]) -> Callable[..., None]:
    """Add `--json`, `--csv` and `--format`, as the one argument `form`; `print_document` takes it."""
    for option in (
        click.option(
            "--format",
            "form",
            type=click.Choice(FORMATS),
            callback=_form,
            help="As text, JSON, CSV, Parquet or Markdown; all but text and Markdown hold all rows and all decimals.",
        ),
        click.option(
            "--csv", is_flag=True, is_eager=True, expose_value=False, callback=_short_for("csv"), help="--format csv."
        ),
        click.option(
            "--markdown",
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_short_for("markdown"),
            help="--format markdown.",
        ),
        click.option(
            "--json",
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_short_for("json"),
            help="--format json.",
        ),
    ):
        function = option(function)
    return function


def svg_option(function: Callable[..., None]) -> Callable[..., None]:
    """Add `--svg`, which `print_document` takes; it excludes the forms."""
    return click.option(
        "--svg", type=click.Path(dir_okay=False, path_type=Path), callback=alone, help="As a picture, into this file."
    )(function)


def is_for_people(form: str) -> bool:
    """Whether a form is read, so that it shows the first rows only."""
    return form in ("text", "markdown")


def print_document(document: Row, form: str, svg: Path | None = None, *, render: str, show: str = "pieces") -> None:
    """Print a document in a form, or as a picture: for people as the function `show` of the module `render` does."""
    if not svg and not is_for_people(form):
        _export(document, form)
        return
    from fleetledger.terminal.layout import markdown, plain, print_to, write_svg

    pieces = getattr(import_module(f"fleetledger.terminal.{render}"), show)
    if svg:
        write_svg(svg, pieces(document), f"fleetledger report {document['report']}")
        click.echo(f"Wrote {svg}")
    elif form == "markdown":
        click.echo(markdown(pieces(document)), nl=False)
    elif is_terminal(sys.stdout):
        from rich.console import Console

        print_to(Console(highlight=False), pieces(document))
    else:
        click.echo(plain(pieces(document)), nl=False)


def _export(document: Row, form: str) -> None:
    from fleetledger.reports import export

    if form == "json":
        click.echo(export.to_json(document))
    elif form == "csv":
        click.echo(export.to_csv(document), nl=False)
    elif is_terminal(sys.stdout):
        raise click.UsageError("Parquet is no text; send it to a file, such as > report.parquet.")
    else:
        click.get_binary_stream("stdout").write(export.to_parquet(document))

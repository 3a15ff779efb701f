"""The commands about what tools did: report audit, report tools, secrets."""

from __future__ import annotations

import click

from fleetledger.base.text import counted
from fleetledger.cli.options import Places, filter_options, narrowed, with_places
from fleetledger.cli.output import print_document, table_options
from fleetledger.reports.choices import SEVERITIES, TOOL_GROUPS

RENDER = "tools"


@click.command(name="audit")
@with_places
@filter_options
@click.option(
    "--severity", type=click.Choice(SEVERITIES), default="low", show_default=True, help="Findings of this and worse."
)
@click.option("--rule", metavar="NAME", help="Each finding of this rule, newest first.")
@click.option("--fail-on", type=click.Choice(SEVERITIES), help="Exit with 1 if there is a finding of this or worse.")
@click.option("-n", "--limit", type=click.IntRange(1), help="How many rules or findings.")
@table_options
@click.pass_context
def audit_report(
    ctx: click.Context,
    /,
    places: Places,
    severity: str,
    rule: str | None,
    fail_on: str | None,
    limit: int | None,
    form: str,
    **filters: str | None,
) -> None:
    """Show tool calls that touch credentials, destroy, or leave the project.

    `[[audit_rule]]` in fleet.toml changes rules and severities, and adds rules. A command that only mentions another
    does not count.
    Secrets are shown once `fleetledger secrets` has looked for them.

    \b
    Examples:
      fleetledger report audit
      fleetledger report audit --severity high --since 7d --fail-on critical
      fleetledger report audit --rule git-push-force --json
    """
    from fleetledger.reports.tools import audit

    ledger = narrowed(places, filters)
    print_document(audit(ledger, severity=severity, rule=rule, limit=limit), form, render=RENDER)
    if fail_on:
        found = audit(ledger, severity=fail_on, rule=rule, limit=1)
        ctx.exit(1 if found["row_count"] else 0)


@click.command(name="tools")
@with_places
@filter_options
@click.option(
    "--by",
    type=click.Choice(tuple(TOOL_GROUPS)),
    default="tool",
    show_default=True,
    help="What the rows are; `server` is that of MCP tools.",
)
@click.option("-n", "--limit", type=click.IntRange(1), help="How many rows.")
@table_options
def tools_report(places: Places, by: str, limit: int | None, form: str, **filters: str | None) -> None:
    """Show tools: calls, failures, times, and the cost of what asked for them.

    \b
    Examples:
      fleetledger report tools
      fleetledger report tools --by server --since 30d
      fleetledger report tools --by project --csv
    """
    from fleetledger.reports.tools import tools

    print_document(tools(narrowed(places, filters), by=by, limit=limit), form, render=RENDER)


@click.command()
@with_places
@click.option("--again", is_flag=True, help="Look through everything, not only what is new.")
def secrets(places: Places, again: bool) -> None:
    """Look for secrets in what tools were given and gave back.

    Only what was landed since the last time is looked through. What is kept is the rule, the place and a digest, never
    the secret; nothing is asked of a network. The next refresh brings the findings into `report audit`.

    \b
    Examples:
      fleetledger secrets
      fleetledger secrets --again --data-dir ~/fleet
    """
    from fleetledger.base import clock
    from fleetledger.secrets.scan import scan
    from fleetledger.terminal.progress import progress

    with progress("secrets") as step:
        scanned = scan(places.seen().prepared(), clock.now(), step, again=again)
    if not scanned.batches:
        click.echo("Nothing new to look through.")
        return
    click.echo(f"Looked through {counted(scanned.lines, 'line')}; {scanned.candidates:,} had to be read.")
    for secret_type, count in sorted(scanned.found.items()):
        click.echo(f"  {secret_type}: {count:,}")
    if not scanned.found:
        click.echo("Found none.")
        return
    click.echo(
        "`fleetledger refresh` brings those that tools were given and gave back into `report audit`;"
        " those in plans and in files as they were before an edit are counted here alone."
    )

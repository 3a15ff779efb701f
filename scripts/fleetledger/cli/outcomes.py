"""The reports on whether the work was any good: outcomes, quality and value."""

from __future__ import annotations

import click

from fleetledger.cli.options import Places, filter_options, narrowed, with_places
from fleetledger.cli.output import print_document, table_options
from fleetledger.reports.outcome_metrics import FIELDS, METRICS, VALUE_FIELDS

RENDER = "outcomes"

USUAL = ("provider", "model")
"""What the rate of one metric is told by, unless something else is asked for."""


@click.command("outcomes")
@with_places
@click.option("--agreement", is_flag=True, help="Where the rules and people's labels agree, of each class.")
@filter_options
@table_options
def outcomes_report(places: Places, form: str, agreement: bool, **filters: str | None) -> None:
    """What became of the tasks, and what each outcome cost.

    \b
    Examples:
      fleetledger report outcomes
      fleetledger report outcomes --project shop --since 30d
      fleetledger report outcomes --agreement
    """
    if agreement:
        from fleetledger.reports.agreement import agreement_report

        print_document(agreement_report(narrowed(places, filters)), form, render="agreement")
        return
    from fleetledger.reports.outcomes import outcomes_report as report_of

    print_document(report_of(narrowed(places, filters)), form, render=RENDER)


@click.command("joins")
@with_places
@filter_options
@table_options
def joins_report(places: Places, form: str, **filters: str | None) -> None:
    """How commits are known to be a task's, and how right each way is.

    Measured by the commits whose trailers name their session, where there are any.

    \b
    Examples:
      fleetledger report joins
      fleetledger report joins --project shop --json
    """
    from fleetledger.reports.agreement import joins_report as report_of

    print_document(report_of(narrowed(places, filters)), form, render="agreement")


@click.command("quality")
@with_places
@click.option("--metric", type=click.Choice(METRICS), help="What to tell the rate of [default: of all].")
@click.option(
    "--by",
    metavar="FIELDS",
    help=f"Fields with commas: {', '.join(FIELDS)} [default of one metric: {','.join(USUAL)}].",
)
@filter_options
@table_options
def quality_report(places: Places, metric: str | None, by: str | None, form: str, **filters: str | None) -> None:
    """How often something went wrong, or right, of how many that could be observed.

    Beside each rate stands that of mu's own analytics, where they know it.

    \b
    Examples:
      fleetledger report quality
      fleetledger report quality --metric hallucination
      fleetledger report quality --metric tool_error --by fleet,model --since 30d
    """
    from fleetledger.reports.outcomes import quality_report as report_of

    fields = USUAL if by is None and metric else _fields(by or "")
    print_document(report_of(narrowed(places, filters), metric, fields), form, render=RENDER)


@click.command("value")
@with_places
@click.option("--pr", "number", type=click.IntRange(1), metavar="N", help="The sessions behind this pull request.")
@click.option("--branch", metavar="NAME", help="The sessions with calls on this branch.")
@click.option(
    "--commit", "commits", multiple=True, metavar="SHA", help="The sessions that made it; may be given again."
)
@click.option(
    "--by",
    default="project",
    show_default=True,
    metavar="FIELDS",
    help=f"One or more of {', '.join(VALUE_FIELDS)}, with commas between.",
)
@filter_options
@table_options
def value_report(
    places: Places,
    by: str,
    number: int | None,
    branch: str | None,
    commits: tuple[str, ...],
    form: str,
    **filters: str | None,
) -> None:
    """What a success, a commit on the default branch and a merged pull request cost.

    And what went into work that failed, was reverted, or of which nothing tells. A month counts whole, whatever days
    --since and --until name. With --pr, --branch or --commit it is told session by session, without titles, for a
    comment on a pull request.

    \b
    Examples:
      fleetledger report value
      fleetledger report value --by model,month --project shop
      fleetledger report value --pr 142 --branch fix/login --markdown
    """
    if number or branch or commits:
        from fleetledger.reports.outcomes import pull_request_report

        found = pull_request_report(narrowed(places, filters), number, branch, commits)
        print_document(found, form, render=RENDER)
        return
    from fleetledger.reports.outcomes import value_report as report_of

    print_document(report_of(narrowed(places, filters), _fields(by, VALUE_FIELDS)), form, render=RENDER)


def _fields(by: str, known: tuple[str, ...] = FIELDS) -> tuple[str, ...]:
    fields = tuple(dict.fromkeys(field.strip() for field in by.split(",") if field.strip()))
    for field in fields:
        if field not in known:
            raise click.BadParameter(f"{field!r} is no field; there is {', '.join(known)}.", param_hint="--by")
    return fields

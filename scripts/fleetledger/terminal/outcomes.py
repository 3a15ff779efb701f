"""Reports on outcomes for people: what a document says, as tables and sentences."""

from __future__ import annotations

from collections.abc import Iterator

from fleetledger.published.ledger import PRICED_KINDS, Row
from fleetledger.reports.outcome_metrics import METRICS
from fleetledger.terminal.blocks import Block, Column, Line, Table
from fleetledger.terminal.money import DEMO, KINDS, NOTIONAL, UNOBSERVED, usd

COVERAGE = {
    "operator": "said by an operator",
    "forge": "pull requests and their checks",
    "git": "commits of the repository",
    "logs": "the log alone",
    "none": "nothing",
}
"""What a verdict can rest on."""

YIELDS = {"success": "per success", "default_branch_commit": "per commit", "merged_pull_request": "per merged PR"}
WASTE = {"failed": "failed", "reverted": "reverted", "unobserved": "unobserved"}


def blocks(document: Row) -> Iterator[Block]:
    """What to show of a document, from top to bottom."""
    yield from _heading(document)
    if not document["totals"] or (document["report"] != "value" and not document["totals"]["tasks"]):
        yield Line("No task matches.")
    elif document["report"] == "outcomes":
        yield from _outcomes(document)
    elif document["report"] == "value":
        yield from _value(document)
    else:
        yield from _rates(document)


def _heading(document: Row) -> Iterator[Block]:
    if document["is_demo"]:
        yield Line(DEMO, "black on yellow")
    names = {"outcomes": "What became of the tasks", "value": "What it cost and what came of it"}
    name = names.get(document["report"]) or f"Rate: {document['metric']}"
    as_of = f"{document['as_of']:%Y-%m-%d %H:%M} UTC" if document["as_of"] else "no line yet"
    yield Line(f"{name} · as of {as_of} · days in {document['timezone']}", "bold")
    narrowed = [f"{key} {document[key]}" for key in ("since", "until") if document[key]]
    narrowed += [f"{key} {value}" for key, value in document["filters"].items()]
    if narrowed:
        yield Line(f"Only {', '.join(narrowed)}")


def _outcomes(document: Row) -> Iterator[Block]:
    totals = document["totals"]
    kinds = [kind for kind in PRICED_KINDS if totals[f"{kind}_cost_usd"] is not None]
    columns = [
        *(Column("outcome"), Column("counts as", is_spare=True), Column("tasks", True), Column("share", True)),
        Column("definite", True, is_spare=True),
        *(Column(KINDS[kind].header, True, KINDS[kind].style) for kind in kinds),
    ]
    rows = [
        [
            *(_text(row["outcome_class"]), _text(row["outcome_result"]), f"{row['tasks']:,}", percent(row["share"])),
            f"{row['definite']:,}",
            *(_amount(row, kind) for kind in kinds),
        ]
        for row in document["rows"]
    ]
    definite = sum(row["definite"] for row in document["rows"])
    rows.append(["all", "", f"{totals['tasks']:,}", "", f"{definite:,}", *(_amount(totals, kind) for kind in kinds)])
    yield Table("", columns, rows, has_sum=True)
    yield Line(
        f"Observed: {totals['observed_tasks']:,} of {totals['tasks']:,} tasks ({percent(totals['observed_share'])});"
        " of the others nothing tells whether it worked."
    )
    if kinds:
        yield Line(NOTIONAL, "dim")
    seen = [[COVERAGE.get(row["evidence_coverage"], "-"), f"{row['tasks']:,}"] for row in document["coverage"]]
    yield Table("What the verdicts could rest on", [Column("seen"), Column("tasks", True)], seen)
    said = [
        [_text(row["mu_outcome_class"]), _text(row["mu_outcome_confidence"]), f"{row['tasks']:,}"]
        for row in document["mu_outcomes"]
    ]
    yield Table(
        "As mu's own rules (mu-041) put it, for comparison",
        [Column("outcome"), Column("confidence"), Column("tasks", True)],
        said,
    )
    yield Line("`fleetledger collect git` and `collect github` let more be observed.", "dim")


def _rates(document: Row) -> Iterator[Block]:
    metric, totals = METRICS[document["metric"]], document["totals"]
    yield Line(metric.says)
    has_mu = totals["mu_denominator"] is not None
    columns = [
        *(
            Column(field, keeps_end=field == "project", is_fixed=field in ("day", "week", "month"))
            for field in document["by"]
        ),
        *(Column("tasks", True, is_spare=True), Column("rate", True, "bold"), Column(f"of {metric.unit}", True)),
        Column("observed", True),
        *([Column("mu's rate", True, "dim"), Column("of", True, "dim", is_spare=True)] if has_mu else []),
    ]
    rows = [[*(_text(row[field]) for field in document["by"]), *_figures(row, has_mu)] for row in document["rows"]]
    if document["by"]:
        rows.append(["all", *[""] * (len(document["by"]) - 1), *_figures(totals, has_mu)])
    yield Table("", columns, rows, has_sum=bool(document["by"]))
    yield Line(
        f"Observed: {totals['denominator']:,} of {totals['eligible']:,} {metric.unit} ({percent(totals['coverage'])})."
    )
    if any(row["is_too_few"] for row in document["rows"]):
        yield Line(f"Too few: fewer than {document['fewest']} observed tasks, whose rate would say nothing.")


def _value(document: Row) -> Iterator[Block]:
    keys = [Column(field, keeps_end=field == "project", is_fixed=field == "month") for field in document["by"]]
    columns = [
        *(*keys, Column("tasks", True, is_spare=True), Column("observed", True), Column("cost", True)),
        *(Column(header, True, "bold") for header in YIELDS.values()),
        *(Column(header, True, is_spare=True) for header in WASTE.values()),
    ]
    for totals in document["totals"]:
        kind = totals["cost_kind"]
        of_kind = [row for row in document["rows"] if row["cost_kind"] == kind]
        if kind not in PRICED_KINDS:
            continue
        rows = [[*(_text(row[field]) for field in document["by"]), *_worth(row)] for row in of_kind]
        if keys:
            rows.append(["all", *[""] * (len(keys) - 1), *_worth(totals)])
        header = KINDS[kind].header
        yield Table(header[:1].upper() + header[1:], columns, rows, has_sum=bool(keys))
        yield Line(
            f"{totals['success_count']:,} successes, {totals['default_branch_commit_count']:,} commits on the default"
            f" branch, {totals['merged_pull_request_count']:,} merged pull requests; observed"
            f" {totals['observed_task_count']:,} of {totals['task_count']:,} tasks"
            f" ({percent(totals['observed_share'])})."
        )
    yield Line(
        "An amount per success, commit or merged PR is the whole cost of the row, failures included, by their number;"
        " there is none where half of the tasks or more are unobserved."
    )
    yield Line(NOTIONAL, "dim")


def _worth(row: Row) -> list[str]:
    amounts = ["cost_usd", *(f"usd_per_{name}" for name in YIELDS), *(f"{name}_cost_usd" for name in WASTE)]
    mark = KINDS[row["cost_kind"]].mark
    shown = [UNOBSERVED if row[name] is None else mark + usd(row[name]) for name in amounts]
    return [f"{row['task_count']:,}", percent(row["observed_share"]), *shown]


def _figures(row: Row, has_mu: bool) -> list[str]:
    rate = "too few" if row["is_too_few"] else percent(row["rate"])
    of = f"{row['numerator']:,}/{row['denominator']:,}"
    ours = [f"{row['tasks']:,}", rate, of, percent(row["coverage"])]
    return [*ours, percent(row["mu_rate"]), f"{row['mu_numerator']:,}/{row['mu_denominator']:,}"] if has_mu else ours


def _amount(row: Row, kind: str) -> str:
    amount = row[f"{kind}_cost_usd"]
    return "" if amount is None else KINDS[kind].mark + usd(amount)


def percent(share: float | None) -> str:
    """A share in percent; a dash where there is none.

    >>> percent(0.125), percent(None)
    ('12.5%', '-')
    """
    return UNOBSERVED if share is None else f"{share:.1%}"


def _text(value: object) -> str:
    return "(none)" if value is None else str(value)

"""The command that asks a person what came of tasks: outcomes review."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from fleetledger.base import clock
from fleetledger.base.paths import landing_dir, this_host
from fleetledger.base.text import clean, counted
from fleetledger.cli.options import Places, narrow, published, session_filter_options, with_places

if TYPE_CHECKING:
    from fleetledger.published.rows import Row

WORDS = {"s": "skip", "q": "quit", "?": "what the classes mean"}
MOST_PROMPTS = 5
"""So many prompts are shown, the first and the last ones."""


@click.group()
def outcomes() -> None:
    """Say yourself what came of tasks, and measure the verdicts by it.

    \b
    Examples:
      fleetledger outcomes review -n 20 --seed 1
      fleetledger report outcomes --agreement
    """


@outcomes.command()
@with_places
@click.option("-n", "--count", default=20, show_default=True, type=click.IntRange(1, 1000), help="How many tasks.")
@click.option("--seed", default=1, show_default=True, type=int, help="Which tasks: a seed always draws the same.")
@session_filter_options
def review(places: Places, count: int, seed: int, **filters: str | None) -> None:
    """Show tasks one by one and land what you say came of each.

    Prompts, the last answer, checks and commits are shown, and what the rules say only when you have spoken. Tasks that
    are labelled are not drawn again, so that the same command goes on where you left. What you say holds from the next
    refresh on, and `report outcomes --agreement` measures the rules by it.

    \b
    Examples:
      fleetledger outcomes review
      fleetledger outcomes review -n 20 --seed 1 --project shop
    """
    from fleetledger.collect.backfill import label
    from fleetledger.published.ledger import Ledger
    from fleetledger.published.text_index import read_index
    from fleetledger.reports import review as reviewing

    file = published(places)
    ledger = Ledger(file)
    narrow(ledger, filters)
    classes = {row["outcome_class"]: row["meaning"] for row in ledger.rows("select * from dim_outcome_classes")}
    index = read_index(file.parent)
    tasks = reviewing.drawn(ledger, seed, count)
    landed = 0
    for number, task in enumerate(tasks, start=1):
        _show(reviewing.case_of(ledger, file.parent, index, task), number, len(tasks))
        said = _asked(classes)
        if said == "quit":
            break
        if said != "skip":
            why = click.prompt("Why, in a few words", default="", show_default=False)
            label(landing_dir(places.seen().data), this_host(), task["task_id"], said, why or None, seed, clock.now())
            landed += 1
            _tell(task, said)
    ledger.close()
    if not tasks:
        click.echo("No task is left to label that passes the filters.")
    else:
        click.echo(
            f"Landed {landed:,} of {counted(len(tasks), 'label')}. `fleetledger refresh` takes them in;"
            " then `fleetledger report outcomes --agreement`."
        )


def _show(case: Row, number: int, of: int) -> None:
    kind = "a sub-agent of " if case["is_subagent"] else ""
    click.echo(f"\n{number} of {of}: {kind}{clean(case['session_id'])}")
    told = [case["project"], case["title"], case["ended_at_local"]]
    click.echo(clean(" · ".join(part for part in told if part)))
    prompts = case["prompts"]
    shown = prompts if len(prompts) <= MOST_PROMPTS else [*prompts[:2], None, *prompts[2 - MOST_PROMPTS :]]
    for prompt in shown:
        click.echo(f"\n> … {len(prompts) - MOST_PROMPTS} more prompts" if prompt is None else "\n> " + _said(prompt))
    click.echo("\n" + (_said(case["answer"]) if case["answer"] else "It said nothing."))
    click.echo(
        f"\n{counted(case['tool_call_count'], 'tool call')},"
        f" +{case['lines_added'] or 0:,} -{case['lines_removed'] or 0:,}"
        f" lines by edits; it ended: {clean(case['exit_reason'])}."
    )
    for row in case["evidence"]:
        click.echo(clean(f"  {row['happened_at'] or '-'!s:.16} {row['evidence']}: {row['says']} ({row['by_what']})"))
    if not case["evidence"]:
        click.echo("  No check and no commit of it is known.")


def _said(text: str) -> str:
    """A text of the log, with nothing that steers a terminal."""
    return "\n  ".join(clean(line) for line in text.strip().splitlines())


def _asked(classes: dict[str, str]) -> str:
    """The class that the person names by its beginning, or skip or quit."""
    known = [*classes, *WORDS.values()]
    while True:
        said = str(click.prompt("\nWhat came of it (s skip, q quit, ? classes)")).strip().lower()
        said = WORDS.get(said, said)
        if said == WORDS["?"]:
            for name, meaning in classes.items():
                click.echo(f"  {name}: {meaning}")
            continue
        found = [said] if said in known else [name for name in known if said and name.startswith(said)]
        if len(found) == 1:
            return found[0]
        click.echo(f"{clean(said)!r} is " + (f"one of {', '.join(found)}?" if found else "no class; ? lists them."))


def _tell(task: Row, said: str) -> None:
    ours = f"{task['outcome_class']} ({task['outcome_confidence']}): {task['outcome_rationale']}"
    click.echo(clean(f"{'The rules agree' if task['outcome_class'] == said else 'The rules say'}: {ours}"))

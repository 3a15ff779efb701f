"""What the signals cost a refresh, of all that it does with each model.

`python -m bench.signals WORK` refreshes generated logs, lets them grow by a hundredth, and takes that in several times,
each on a copy of the same ledger. What passes of the processor's time until a refresh tells that it is done with a
model is that model's; where two are made beside each other, that of both is the first's to be done.
"""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import process_time_ns

import click

from bench.__main__ import parse_size
from bench.corpus import check_totals, generate, lay_out
from bench.process import BenchError, command_of, run
from fleetledger.base.paths import PROJECT_ROOT, published_path
from fleetledger.landing.extract import extract
from fleetledger.sources.config import load_config
from fleetledger.warehouse.plan import Plan, read_plan
from fleetledger.warehouse.refill import refill

BAR = 0.4
DEAREST = 8


def costs(data: Path, config: Path) -> tuple[Plan, Counter[str]]:
    """What a ledger was made by, and what each model and test took (ns) as it took in what the logs have grown by."""
    now = datetime.now(UTC)
    extract(data, load_config(config), now=now)
    plan = read_plan(data)
    if plan is None:
        raise BenchError(f"{data} has no plan of a build")
    found = Counter[str]()
    last = process_time_ns()

    def note(done: int, total: int, piece: str = "") -> None:
        nonlocal last
        now = process_time_ns()
        found[piece] += now - last
        last = now

    refilled = refill(data, plan, now, note)
    if refilled.delta is None:
        raise BenchError(f"the tables were made in whole: {refilled.whole_because}")
    refilled.delta.close()
    return plan, found


def of_signals(plan: Plan) -> set[str]:
    """The models of signals, and the tests of them."""
    models = {path.stem for path in PROJECT_ROOT.glob("models/*/signals/*.sql")}
    parents = plan.parents()
    return models | {test.name for test in plan.tests if parents[test.name] & models}


@click.command()
@click.argument("work", type=click.Path(file_okay=False, path_type=Path))
@click.option("--size", default="1GB", show_default=True, metavar="SIZE", help="How much logs.")
@click.option("--seed", default=7, show_default=True, help="The same seed gives the same logs.")
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True)
def main(work: Path, size: str, seed: int, rounds: int) -> None:
    """Measure what signals cost a refresh of logs in WORK that grew by a hundredth."""
    work = work.absolute()
    work.mkdir(mode=0o700, parents=True, exist_ok=True)
    scratch = work / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(mode=0o700)
    corpus = lay_out(generate(work, parse_size(size), seed), scratch, seed)
    data, again = scratch / "data", scratch / "again"
    run((command_of("fleetledger"), "refresh", "--config", corpus.config, "--data-dir", data), scratch / "log")
    check_totals(published_path(data), corpus.totals)
    sums, alls, dearest = [], [], Counter[str]()
    with corpus.grown():
        for _ in range(rounds):
            shutil.copytree(data, again)
            plan, found = costs(again, corpus.config)
            shutil.rmtree(again)
            signals = Counter({name: found[name] for name in of_signals(plan)})
            sums.append(signals.total())
            alls.append(found.total())
            dearest += signals
    shutil.rmtree(scratch)
    for name, spent in dearest.most_common(DEAREST):
        click.echo(f"  {spent / rounds / 1e9:.3f} s  {name}")
    cost, whole = median(sums) / 1e9, median(alls) / 1e9
    said = "holds" if cost < BAR else "does not hold"
    click.echo(f"signals: {cost:.2f} of {whole:.2f} s of processor, median of {rounds}; bar {BAR} s: {said}")


if __name__ == "__main__":
    main()

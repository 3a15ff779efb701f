"""Judging sessions one by one: what is to be sent, within a budget, and what comes back, landed.

A session's verdicts land as soon as it is judged: what is killed goes on where it stopped, since a session whose
prompt is the same, asked of the same judge, is not sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from fleetledger.base.paths import landing_dir
from fleetledger.base.steps import Step
from fleetledger.judge.asking import JudgeError, ask
from fleetledger.judge.case import Case, Criterion, answered, case_of, criteria
from fleetledger.landing.collection import collecting, read_collection
from fleetledger.published.ledger import Ledger
from fleetledger.published.rows import Row
from fleetledger.published.text_index import TextIndex
from fleetledger.secrets.redact import redactor
from fleetledger.sources.judges import Judge

SEVERITIES = ("low", "medium", "high")
MOST_FAILURES = 3
"""After so many sessions in a row that a judge did not answer for, it is asked no more."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be sent, and how many sessions are not: excluded, judged before, without texts, beyond the budget."""

    cases: tuple[Case, ...]
    excluded: int = 0
    judged: int = 0
    textless: int = 0
    beyond: int = 0

    @property
    def tokens(self) -> int:
        """About how many tokens it takes."""
        return sum(case.tokens for case in self.cases)


@dataclass(slots=True)
class Judged:
    """Sessions that were judged, verdicts that stand and that were thrown away, and what went wrong, by session."""

    sessions: int = 0
    verdicts: int = 0
    rejected: int = 0
    failures: list[str] = field(default_factory=list)


def plan(
    ledger: Ledger,
    data: Path,
    host: str,
    index: TextIndex,
    judge: Judge,
    sessions: Iterable[Row],
    budget: int,
    now: datetime,
) -> Plan:
    """What to send of `sessions` (`session_id`, `project`), in their order, as far as the budget goes.

    An excluded session's texts are not even read. Raises SecretScanError and LandingError.
    """
    redacted = redactor(data, now)
    before = _judged(data, host, judge, now)
    cases: list[Case] = []
    excluded = known = textless = beyond = 0
    left = budget
    for session in sessions:
        if judge.never_sees(session["session_id"], session["project"]):
            excluded += 1
            continue
        case = case_of(ledger, data, index, session["session_id"], redacted)
        if case is None:
            textless += 1
        elif (case.session_id, case.digest) in before:
            known += 1
        elif case.tokens > left:
            beyond += 1
        else:
            left -= case.tokens
            cases.append(case)
    return Plan(tuple(cases), excluded, known, textless, beyond)


def run(
    data: Path, host: str, judge: Judge, cases: tuple[Case, ...], clock: Callable[[], datetime], step: Step
) -> Judged:
    """Ask a judge about each case, and land what it says. Raises LockHeld and LandingError."""
    done = Judged()
    in_a_row = 0
    for number, case in enumerate(cases):
        step(number, len(cases))
        try:
            entries = answered(ask(judge, case.prompt))
        except (JudgeError, ValueError) as error:
            done.failures.append(f"{case.session_id}: {error}")
            in_a_row += 1
            if in_a_row == MOST_FAILURES:
                return done
            continue
        in_a_row = 0
        rows = list(_verdicts(judge, case, entries))
        with collecting(landing_dir(data), host, clock()) as collection:
            collection.add("judge_verdicts", rows)
            collection.commit()
        done.sessions += 1
        done.verdicts += sum(row["rejected_for"] is None for row in rows)
        done.rejected += sum(row["rejected_for"] is not None for row in rows)
    step(len(cases), len(cases))
    return done


def _judged(data: Path, host: str, judge: Judge, now: datetime) -> set[tuple[str, str]]:
    """The sessions that a judge was asked about from here, each with the digest of what it was sent."""
    rows = read_collection(landing_dir(data), host, now).rows("judge_verdicts", ("judge", "session_id", "prompt_hash"))
    return {(session, digest) for name, session, digest in rows if name == judge.name}


def _verdicts(judge: Judge, case: Case, entries: list[Row]) -> Iterator[Row]:
    """One row for each criterion; of one that is answered twice the first counts."""
    said = {entry.get("criterion"): entry for entry in reversed(entries)}
    shown = _plain(case.transcript)
    for criterion in criteria():
        entry = said.get(criterion.name, {})
        rejected_for = _fault(criterion, entry, shown)
        told = {} if rejected_for else entry
        quotes, severity = told.get("quotes") or [], told.get("severity")
        is_wrong = told.get("holds") == criterion.is_fault
        yield {
            "session_id": case.session_id,
            "judge": judge.name,
            "prompt_hash": case.digest,
            "criterion": criterion.name,
            "holds": told.get("holds"),
            "severity": severity if is_wrong and severity in SEVERITIES else None,
            "confidence": _share(told.get("confidence")),
            "quote": quotes[0] if quotes else None,
            "reason": str(told["reason"])[:1_000] if told.get("reason") else None,
            "rejected_for": rejected_for,
            "prompt_tokens": case.tokens,
        }


def _fault(criterion: Criterion, entry: Row, shown: str) -> str | None:
    """Why a verdict is thrown away; None where it stands."""
    if not entry:
        return "missing"
    quotes = entry.get("quotes") or []
    if (
        not isinstance(entry.get("holds"), bool)
        or not isinstance(quotes, list)
        or not all(isinstance(quote, str) for quote in quotes)
    ):
        return "unclear"
    if any(not _plain(quote) or _plain(quote) not in shown for quote in quotes):
        return "quote_not_found"
    return "no_quote" if entry["holds"] == criterion.is_fault and not quotes else None


def _plain(text: str) -> str:
    """A text with each run of white space as one space."""
    return " ".join(text.split())


def _share(value: object) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
        return None
    return float(value)

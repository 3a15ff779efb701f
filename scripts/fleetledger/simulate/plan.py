"""Who works when, where and how in the invented fleet: its machines and accounts, and the plans of its sessions."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from fleetledger.simulate.claude_code import FORKS
from fleetledger.simulate.mu import FEATURES as MU_FEATURES
from fleetledger.simulate.mu import DaemonPlan
from fleetledger.simulate.session import SessionPlan
from fleetledger.simulate.story import STORY
from fleetledger.simulate.text import Library, amount, chance, library, pick

Plan = SessionPlan | DaemonPlan
_DAY_MS = 86_400_000
_HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Scale:
    """How a demo and a corpus differ. `detail` scales texts (1 is life-size), `spread` is that of session sizes."""

    size: int
    sessions: int
    daemons: int
    mu_sessions: int
    mu_share: float
    detail: float
    project_files: int
    spread: float
    is_demo: bool

    def texts(self, seed: int) -> Library:
        """What this fleet's sessions talk about."""
        return library(seed, self.detail, self.project_files)

    @classmethod
    def demo(cls) -> Scale:
        """Small enough to look through, with something of everything."""
        return cls(
            size=2_500_000,
            sessions=48,
            daemons=3,
            mu_sessions=6,
            mu_share=0.13,
            detail=0.06,
            project_files=12,
            spread=0.8,
            is_demo=True,
        )

    @classmethod
    def corpus(cls, size: int) -> Scale:
        """Life-size: about 1,500 files in a GB, one of them some tens of MB."""
        daemons = max(1, size // 40_000_000)
        mu_sessions = min(16, max(4, size // (5_000_000 * daemons)))
        return cls(
            size=size,
            sessions=max(8, size // 1_400_000),
            daemons=daemons,
            mu_sessions=mu_sessions,
            mu_share=0.05,
            detail=1.0,
            project_files=112 if size > 50_000_000 else 16,
            spread=1.5,
            is_demo=False,
        )


@dataclass(frozen=True)
class Source:
    """A place that the invented fleet logs to, how its sessions are served, and its share of them (`weight`)."""

    fleet: str
    host: str
    root: str
    account: str
    provider: str | None = None
    home: str = ""
    weight: int = 0
    eras: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    agent_model: str = ""
    cache_1h: bool = False
    habits: tuple[str, ...] = ()


_HAIKU = "claude-haiku-4-5-20251001"
SOURCES = (
    Source(
        fleet="claude_code",
        host="demo-laptop",
        root="demo-laptop/.claude",
        account="default",
        home="/Users/dana/code",
        weight=15,
        eras=("attachments", "attachments", "speed"),
        models=("claude-opus-5", "claude-opus-5", "claude-sonnet-5"),
        agent_model=_HAIKU,
        cache_1h=True,
    ),
    Source(
        fleet="claude_code",
        host="demo-laptop",
        root="demo-laptop/.claude-work",
        account="work",
        home="/Users/dana/code",
        weight=11,
        eras=("attachments", "speed", "progress"),
        models=("claude-opus-5", "claude-fable-5", "claude-opus-4-6"),
        agent_model="claude-sonnet-5",
        cache_1h=True,
        habits=("fast",),
    ),
    Source(
        fleet="claude_code",
        host="demo-laptop",
        root="demo-laptop/.claude-openrouter",
        account="openrouter",
        provider="openrouter",
        home="/Users/dana/code",
        weight=4,
        eras=("speed",),
        models=("anthropic/claude-sonnet-4.5", "anthropic/claude-opus-4.6"),
        agent_model="anthropic/claude-haiku-4.5",
        habits=("no_request_id", "empty_split"),
    ),
    Source(
        fleet="claude_code",
        host="demo-server",
        root="demo-server/.claude",
        account="default",
        home="/home/dana/src",
        weight=12,
        eras=("progress", "progress", "beside", "unsplit"),
        models=("claude-opus-4-5-20251101", "claude-opus-4-6", "claude-sonnet-4-5-20250929"),
        agent_model=_HAIKU,
        cache_1h=True,
    ),
    Source(
        fleet="claude_code",
        host="demo-server",
        root="demo-server/.claude-ci",
        account="ci",
        provider="anthropic_api",
        home="/srv/ci",
        weight=6,
        eras=("attachments",),
        models=("claude-sonnet-5", _HAIKU),
        agent_model=_HAIKU,
        habits=("batch", "geography"),
    ),
    Source(
        fleet="claude_code",
        host="demo-server",
        root="demo-server/.claude-bedrock",
        account="bedrock",
        provider="bedrock",
        home="/home/dana/src",
        weight=4,
        eras=("progress",),
        models=("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "us.anthropic.claude-opus-4-5-20251101-v1:0"),
        agent_model="us.anthropic.claude-haiku-4-5-20251001-v1:0",
    ),
    Source(fleet="mu", host="demo-laptop", root="demo-laptop/mu/events", account="default"),
    Source(fleet="mu", host="demo-server", root="demo-server/mu/events", account="default"),
)
_MU_SOURCES = tuple(index for index, source in enumerate(SOURCES) if source.fleet == "mu")
ELSEWHERE = next(source for source in SOURCES if source.account == "ci")
"""Where a session of another account may be carried on."""

_COMMON = (
    "subagents",
    "denial",
    "interrupt",
    "pull_request",
    "compaction",
    "title",
    "other_model",
    "image",
    "mcp",
    "notification",
)
_RARE = (
    "web_search",
    "fork",
    "api_error",
    "risky",
    "slash_command",
    "fork_marked",
    "malformed",
    "nested_agents",
    "bash_input",
    "unpriced",
    "fork_elsewhere",
    "lone_surrogate",
    "no_newline",
    "unknown_type",
)


def plan_fleet(scale: Scale, seed: int, days: int, until_ms: int) -> list[tuple[Source, Plan]]:
    """Who does what when, under which source; the sizes add up to what was asked for."""
    rng = Random(f"{seed}/plan")  # noqa: S311 - reproducible, not secret
    mu_size = int(scale.size * scale.mu_share)
    shares = [amount(rng, 1000, scale.spread, 60, 100_000) for _ in range(scale.sessions)]
    sizes = [max(9000, (scale.size - mu_size) * share // sum(shares)) for share in shares]
    jobs: list[tuple[Source, Plan]] = [
        _session(rng, scale, seed, number, days, until_ms, size) for number, size in enumerate(sizes)
    ]
    jobs += [_daemon(rng, scale, seed, number, days, until_ms) for number in range(scale.daemons)]
    return [*jobs, _story(seed, until_ms), _runaway(seed, until_ms)] if scale.is_demo else jobs


def _session(
    rng: Random, scale: Scale, seed: int, number: int, days: int, until_ms: int, size: int
) -> tuple[Source, SessionPlan]:
    source, turn = _turn(number)
    features = {feature for feature in _COMMON if chance(rng, 0.25 if scale.is_demo else 0.4)}
    features |= {habit for index, habit in enumerate(source.habits) if (turn + index) % 3 != 2}
    if scale.is_demo or chance(rng, 0.5):
        features.add(_RARE[number % len(_RARE)])
    if "no_request_id" in features:
        features -= FORKS
    if source.provider is not None:
        features.discard("fork_elsewhere")
    plan = SessionPlan(
        seed=f"{seed}/session/{number}",
        home=source.home,
        cache_1h=source.cache_1h,
        era=source.eras[turn % len(source.eras)],
        model=pick(rng, source.models),
        agent_model=source.agent_model,
        start_ms=_start(rng, days, until_ms, _pace(size, scale)),
        until_ms=until_ms,
        size=size,
        features=frozenset(features),
        number=number,
    )
    return source, plan


def _runaway(seed: int, until_ms: int) -> tuple[Source, SessionPlan]:
    """A session of the last day that went on and on: its model was called as on no day before."""
    source = SOURCES[0]
    plan = SessionPlan(
        seed=f"{seed}/runaway",
        home=source.home,
        cache_1h=source.cache_1h,
        era=source.eras[0],
        model=source.models[-1],
        agent_model=source.agent_model,
        start_ms=until_ms - 10 * _HOUR_MS,
        until_ms=until_ms,
        size=160_000,
        features=frozenset(),
        number=0,
    )
    return source, plan


def _story(seed: int, until_ms: int) -> tuple[Source, SessionPlan]:
    """The session that README tells of, on the last afternoon."""
    source = SOURCES[0]
    plan = SessionPlan(
        seed=f"{seed}/story",
        home=source.home,
        cache_1h=source.cache_1h,
        era=source.eras[0],
        model=source.models[0],
        agent_model=source.agent_model,
        start_ms=until_ms - 4 * _HOUR_MS,
        until_ms=until_ms,
        size=40_000,
        features=frozenset({STORY}),
        number=0,
    )
    return source, plan


def _turn(number: int) -> tuple[Source, int]:
    """Whose session this is, by the sources' weights, and how many that source had before."""
    shares = [source for source in SOURCES for _ in range(source.weight)]
    order = [shares[index * 7 % len(shares)] for index in range(len(shares))]
    rounds, place = divmod(number, len(shares))
    return order[place], rounds * order[place].weight + order[:place].count(order[place])


def _daemon(rng: Random, scale: Scale, seed: int, number: int, days: int, until_ms: int) -> tuple[Source, DaemonPlan]:
    count = scale.mu_sessions
    plan = DaemonPlan(
        seed=f"{seed}/daemon/{number}",
        start_ms=_start(rng, days, until_ms, count * 7 * _HOUR_MS),
        until_ms=until_ms,
        size=int(scale.size * scale.mu_share) // scale.daemons,
        features=tuple(MU_FEATURES[(number * count + index) % len(MU_FEATURES)] for index in range(count)),
        number=number,
    )
    return SOURCES[_MU_SOURCES[number % len(_MU_SOURCES)]], plan


def _pace(size: int, scale: Scale) -> int:
    """About how many milliseconds a session of so many bytes takes, its nights included."""
    return int(size / scale.detail * 22) + 2 * _HOUR_MS


def _start(rng: Random, days: int, until_ms: int, duration_ms: int) -> int:
    """When something of this duration starts: mostly in working hours, seldom at weekends."""
    period_ms = days * _DAY_MS
    room_ms = max(period_ms - duration_ms, period_ms // 8)
    while True:
        start_ms = until_ms - period_ms + int(rng.random() * room_ms)
        hour, weekday = start_ms // _HOUR_MS % 24, (start_ms // _DAY_MS + 3) % 7
        if (7 <= hour < 19 or chance(rng, 0.15)) and (weekday < 5 or chance(rng, 0.2)):
            return start_ms

"""The session of the demo that README tells of: what it looks for, in which project, and how it is called."""

from __future__ import annotations

from random import Random

from fleetledger.simulate import tools
from fleetledger.simulate.session import Family, Session, SessionPlan, use_tools
from fleetledger.simulate.text import Library, Project, slug, timestamp, uuid
from fleetledger.simulate.tools import ToolCall
from fleetledger.simulate.transcript import ERAS, Billing, Identity, Transcript

STORY = "story"
"""The feature of the plan whose session this is."""

SESSION_ID = "5f3a91c2-7d1e-4b60-a3c8-1f0e9d7b2a64"
PROJECT, BRANCH = "shop", "fix/SHOP-142-login-token"
TITLE = "Customers are logged out after an hour: the login token is not renewed"
PULL_REQUEST = "https://github.com/example/shop/pull/142"

REFUSED = "E   redis.exceptions.ConnectionError: Error 111 connecting to localhost:6379. Connection refused."

TURNS: tuple[tuple[str, str, tuple[ToolCall, ...]], ...] = (
    (
        f"{TITLE}. Find out why, write a test that shows it, and fix it.",
        "The token is read once and never renewed. I could not run the tests: nothing answers where redis should.",
        (tools.failed("pytest -q tests/test_login.py", f"{REFUSED}\n3 errors in 1.2s"),),
    ),
    (
        "connection refused means that redis is not running: start it with docker compose",
        "I've fixed the renewal of the token. All 12 tests pass. Committed and pushed.\n\nLint is clean.",
        (
            tools.bash("docker compose up -d redis", "Container shop-redis-1  Started", 6),
            tools.failed("pytest -q tests/test_login.py", "FAILED test_token_is_renewed\n1 failed, 11 passed in 1.9s"),
        ),
    ),
)


def simulate_story(plan: SessionPlan, texts: Library) -> Family:
    """One session without chance: two prompts, tests that fail and then pass, a commit and a pull request."""
    rng = Random(plan.seed)  # noqa: S311 - reproducible, not secret
    cwd, era = f"{plan.home}/{PROJECT}", ERAS[plan.era]
    billing = Billing(plan.model, cache_1h=plan.cache_1h)
    identity = Identity(SESSION_ID, cwd, BRANCH, era, slug(rng))
    main = Transcript(rng, identity, billing, plan.start_ms, plan.until_ms, pending=24_000)
    family = Family(sessions=1)
    folder = f"projects/{cwd.replace('/', '-')}/{SESSION_ID}"
    project = Project(PROJECT, "python", "pytest -q", texts.projects[0].files)
    session = Session(plan, texts, project, main, family, family.here, folder, TITLE, [])
    for prompt, said, calls in TURNS:
        main.prompt_id = uuid(rng)
        main.user(prompt, permissionMode="default", origin={"kind": "human"}, promptSource="typed")
        main.wait(2)
        use_tools(session, main, [tools.grep(session.bench(main)), tools.read(session.bench(main))])
        for call in calls:
            use_tools(session, main, [call])
        if prompt == TURNS[-1][0]:
            _finish(session)
        main.respond([{"type": "text", "text": said}], stop_reason="end_turn")
        main.wait(90)
    main.write({"type": "custom-title", "customTitle": TITLE, "sessionId": SESSION_ID})
    family.keep(family.here, f"{folder}.jsonl", main)
    return family


def _finish(session: Session) -> None:
    main = session.main
    for tool in (tools.edit, tools.write):
        use_tools(session, main, [tool(session.bench(main))])
    use_tools(session, main, [tools.bash("pytest -q", "............\n12 passed in 2.1s", 4)])
    use_tools(session, main, [tools.commit(session.bench(main))])
    use_tools(session, main, [tools.create_pull_request(session.bench(main), PULL_REQUEST)])
    link = {"prNumber": 142, "prUrl": PULL_REQUEST, "prRepository": "example/shop", "timestamp": timestamp(main.now_ms)}
    main.write({"type": "pr-link", "sessionId": SESSION_ID, **link})

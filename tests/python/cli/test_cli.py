from __future__ import annotations

import errno
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result
from refreshed_demo import RefreshedDemo, without_logs

from fleetledger.base import paths
from fleetledger.base.locks import lock
from fleetledger.cli.main import INTERRUPTED, main
from fleetledger.warehouse import build
from fleetledger.warehouse import record as refresh

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
COMMANDS = (
    "refresh",
    "watch",
    "extract",
    "build",
    "publish",
    "status",
    "report",
    "report active-time",
    "report decisions",
    "report errors",
    "report latency",
    "report telemetry",
    "page",
    "budget",
    "whatif",
    "sessions",
    "search",
    "show",
    "statusline",
    "hook session-end",
    "mcp",
    "doctor",
    "export parquet",
    "export mu",
    "restore",
    "set-aside",
    "collect git",
    "collect github",
    "backfill",
    "mark",
    "outcomes review",
    "judge",
    "telemetry serve",
    "telemetry status",
    "secrets",
    "prices check",
    "prices update",
    "project",
    "import-settings",
    "completion",
    "man",
    "simulate",
)
"""In the order of `--help`, one to a line."""


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module", autouse=True)
def no_logs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A machine without logs, and a project without a fleet.toml."""
    with pytest.MonkeyPatch.context() as patch:
        without_logs(patch, tmp_path_factory.mktemp("home"))
        yield


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_shows_an_example(command: str) -> None:
    result = run(*command.split(), "--help")
    assert result.exit_code == 0
    assert re.search(rf"Examples?:\n( +fleetledger .*\n)* +fleetledger {command}", result.stdout)
    assert "--config FILE" in result.stdout
    assert "--data-dir DIRECTORY" in result.stdout


def test_help_shows_all_commands_in_the_order_of_use() -> None:
    result = run("help")
    assert result.exit_code == 0
    listed = re.findall(r"^  ([a-z-]+)  ", result.stdout.partition("Commands:")[2], re.MULTILINE)
    assert listed == list(dict.fromkeys(command.split()[0] for command in COMMANDS))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["refrsh"], "No such command 'refrsh' (did you mean refresh?)"),
        (["dayly"], "did you mean daily"),
        (["report", "--sinc", "7d"], "--since"),
        (["refresh", "--demo"], "Did you mean --demo-if-empty?"),
        (["extract", "--config", "nowhere.toml"], "'nowhere.toml' does not exist"),
        (["simulate", "out", "--size", "big"], "'big' is not a number of bytes"),
        (["simulate", "out", "--size", "1k"], "size is 1000 bytes"),
    ],
)
def test_a_wrong_call_ends_with_2(tmp_path: Path, arguments: list[str], told: str) -> None:
    with CliRunner().isolated_filesystem(tmp_path):
        result = run(*arguments)
    assert result.exit_code == 2
    assert told in result.stderr


def test_a_wrong_configuration_ends_with_2_and_says_where(tmp_path: Path) -> None:
    config = tmp_path / "fleet.toml"
    config.write_text('[[source]]\nfleet = "claud"\nroot = "logs"\n')
    result = run("extract", "--config", config, "--data-dir", tmp_path / "data")
    assert result.exit_code == 2
    assert result.stderr == (f'Error: {config}: source[1].fleet is \'claud\'; expected "claude_code" or "mu"\n')
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("words", "means"),
    [
        (["daily"], "report"),
        (["blocks"], "report blocks"),
        (["session"], "report"),
        (["usage"], "report"),
        (["live"], "report blocks"),
        (["ls"], "sessions"),
        (["rates", "check"], "prices check"),
        (["report", "rates"], "report quality"),
        (["help", "whatif"], "whatif"),
    ],
)
def test_words_that_people_type_mean_a_command(words: list[str], means: str) -> None:
    assert f"Usage: main {means} [OPTIONS]" in run(*words, *(["--help"] if words[0] != "help" else [])).stdout


def test_a_shell_completes_commands_reports_and_cuts() -> None:
    assert "_FLEETLEDGER_COMPLETE" in run("completion", "fish").stdout
    for words, expected in (
        ("fleetledger re", "report"),
        ("fleetledger report out", "outcomes"),
        ("fleetledger x", ""),
    ):
        environment = {
            "_FLEETLEDGER_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(words.count(" ")),
        }
        done = CliRunner().invoke(main, [], env=environment, prog_name="fleetledger")
        assert expected in done.stdout
        assert bool(done.stdout.strip()) is bool(expected)


def test_the_manual_names_every_command_and_option() -> None:
    page = run("man").stdout
    assert page.startswith(".TH FLEETLEDGER 1")
    for command in COMMANDS:
        assert f".SS fleetledger {command}".replace("-", "\\-") in page
    assert "\\-\\-breakdown" in page


def test_alone_it_says_where_things_stand(demo: Path, tmp_path: Path) -> None:
    shown = run("--data-dir", demo).stdout
    assert "Where things stand" in shown
    assert [line.split("  ")[0] for line in shown.splitlines()[2:5]] == ["today", "7 days", "30 days"]
    assert len(shown.splitlines()) <= 11
    assert "Nothing is published yet. Type `fleetledger refresh`" in run("--data-dir", tmp_path).stdout


def test_places_may_stand_before_the_command_and_the_later_wins(tmp_path: Path) -> None:
    before = run("--data-dir", tmp_path / "before", "report")
    assert f"Nothing is published in {tmp_path / 'before'} yet" in before.stderr
    after = run("--data-dir", tmp_path / "before", "report", "--data-dir", tmp_path / "after")
    assert f"Nothing is published in {tmp_path / 'after'} yet" in after.stderr
    assert before.exit_code == after.exit_code == 1


def test_without_logs_it_says_where_it_looked(tmp_path: Path) -> None:
    for command in ("refresh", "extract"):
        result = run(command, "--data-dir", tmp_path / "data")
        assert result.exit_code == 1
        assert "looked in $CLAUDE_CONFIG_DIR (else ~/.claude and $XDG_CONFIG_HOME/claude), ~/.claude-*" in result.stderr
        assert "--demo-if-empty" in result.stderr
        assert not (tmp_path / "data").exists()


def test_a_configured_source_that_is_missing_is_named_and_ends_with_1(tmp_path: Path) -> None:
    (tmp_path / "here" / "projects" / "-shop").mkdir(parents=True)
    (tmp_path / "here" / "projects" / "-shop" / "s.jsonl").write_text("{}\n")
    config = tmp_path / "fleet.toml"
    # `projects` itself is what people name, too.
    config.write_text('[[source]]\nfleet = "claude_code"\nroot = "here/projects"\naccount = "a"\n')
    assert run("extract", "--config", config, "--data-dir", tmp_path / "data").exit_code == 0
    config.write_text(config.read_text() + '[[source]]\nfleet = "claude_code"\nroot = "gone"\naccount = "b"\n')
    result = run("extract", "--config", config, "--data-dir", tmp_path / "data")
    assert result.exit_code == 1
    assert f"No logs at {tmp_path / 'gone'}" in result.stderr
    assert "Nothing new in 1 file." in result.stdout


def test_what_lands_beside_a_transcript_is_told_beside_its_lines(tmp_path: Path) -> None:
    place = tmp_path / "here/projects/-shop"
    (place / "s/tool-results").mkdir(parents=True)
    (place / "s.jsonl").write_text("{}\n")
    config = tmp_path / "fleet.toml"
    config.write_text('[[source]]\nfleet = "claude_code"\nroot = "here"\n')
    run("extract", "--config", config, "--data-dir", tmp_path / "data")
    (place / "s/tool-results/b1.txt").write_text("all of it\n")
    result = run("extract", "--config", config, "--data-dir", tmp_path / "data")
    assert "Nothing new in 1 file. Landed 1 file that Claude Code keeps beside them." in result.stdout


def test_a_lock_that_is_held_names_its_holder(tmp_path: Path) -> None:
    with duckdb.connect(str(paths.warehouse_path(tmp_path))) as connection:
        connection.execute("create schema marts; create table marts.build_info as select 1 as x")
    with lock(tmp_path / "build.lock", NOW):
        for command in ("build", "publish"):
            result = run(command, "--data-dir", tmp_path)
            assert result.exit_code == 1
            assert f"build.lock is held by pid {os.getpid()} on " in result.stderr
            assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/data/x"), 1, "/data/x: No space left on device; free some"),
        (PermissionError(errno.EACCES, "Permission denied", "/data/x"), 1, "/data/x: Permission denied; check whose"),
        (KeyboardInterrupt(), INTERRUPTED, "Interrupted."),
    ],
)
def test_expected_failures_are_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, told: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("fleetledger.warehouse.build.build", fail)
    result = run("build", "--data-dir", tmp_path)
    assert result.exit_code == code
    assert told in result.stderr
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.output


AT_A_MODULE = """
import os, signal, sys

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == at:
            os.kill(os.getpid(), signal.SIGINT)

at = sys.argv.pop(1)
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.meta_path.insert(0, Interrupting())
from fleetledger.__main__ import main
main()
"""
"""The command, with a Ctrl-C where it is about to load a module."""


@pytest.mark.parametrize(
    ("module", "code"),
    [
        ("fleetledger.base.streams", -signal.SIGINT),
        ("click", -signal.SIGINT),
        ("fleetledger.cli.options", -signal.SIGINT),
        ("fleetledger.sources.config", INTERRUPTED),
    ],
)
def test_ctrl_c_is_quiet_from_the_first_line(tmp_path: Path, module: str, code: int) -> None:
    command = [sys.executable, "-c", AT_A_MODULE, module, "extract", "--data-dir", str(tmp_path)]
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    told = "Interrupted. What was finished is kept; the same command goes on from there.\n"
    assert (done.returncode, done.stdout, done.stderr) == (code, "", told if code == INTERRUPTED else "")


BROKEN_PROJECT = {
    "dbt_project.yml": "name: broken\nprofile: broken\nflags: {send_anonymous_usage_stats: false}\n",
    "profiles.yml": (
        "broken:\n  target: local\n  outputs:\n    local:\n      type: duckdb\n"
        "      path: \"{{ env_var('FLEETLEDGER_DATA') }}/warehouse.duckdb\"\n"
    ),
    "models/lines.sql": "select 'secret of a log' as raw",
    "models/one.sql": "select 1 as id",
    "models/cast.sql": "{{ config(materialized='table') }} select cast(raw as int) as raw from {{ ref('lines') }}",
    "models/typo.sql": "select idd from {{ ref('lines') }}",
    "models/one.yml": (
        "models:\n  - name: one\n    columns:\n      - name: id\n        data_tests:\n"
        "          - accepted_values:\n              arguments: {values: [7]}\n"
    ),
}


def test_a_failed_build_names_what_failed_and_quotes_no_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project, data = tmp_path / "project", tmp_path / "data"
    for name, text in BROKEN_PROJECT.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
    monkeypatch.setattr(build, "PROJECT_ROOT", project)
    monkeypatch.setenv("DBT_TARGET", "of another project")
    result = run("build", "--data-dir", data)
    assert result.exit_code == 1
    assert "dbt build failed in 3 of its steps:" in result.stderr
    assert "cast: Runtime Error in model cast (models/cast.sql) Conversion Error" in result.stderr
    assert "typo: Runtime Error in model typo (models/typo.sql) Binder Error" in result.stderr
    assert "accepted_values_one_id__7: Got 1 result, configured to fail if != 0" in result.stderr
    assert "secret" not in result.output
    assert f"More is in {data / 'logs' / 'dbt.log'}" in result.stderr
    assert "Traceback" not in result.output
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in [data, *data.rglob("*")]}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are looked up in Linux's /proc")
def test_a_build_that_is_asked_to_end_takes_dbt_with_it(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-c",
        "from fleetledger.cli.main import main; main()",
        "build",
        "--data-dir",
        str(tmp_path),
    ]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        while not (tmp_path / "logs" / "dbt.log").exists():
            assert process.poll() is None
        (dbt,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        process.terminate()
        assert process.wait() == 128 + signal.SIGTERM
    assert not Path("/proc", dbt).exists()


@pytest.fixture
def demo(refreshed: RefreshedDemo) -> Path:
    """A data directory after `refresh --demo-if-empty` on a machine without logs."""
    return refreshed.data


def test_without_logs_there_is_a_demo_that_says_so(refreshed: RefreshedDemo) -> None:
    assert "No logs of agents are on this machine" in refreshed.said
    assert "DEMO" in refreshed.said


def test_the_demo_comes_to_its_truth(demo: Path) -> None:
    truth = json.loads((demo / "demo/logs/truth.json").read_text())
    expected: dict[tuple[str, str], Counter[str]] = {}
    for totals in truth["totals"]:
        counts = expected.setdefault((totals["provider"], totals["model"]), Counter())
        counts.update({key: totals[key] for key in ("calls", "input_tokens", "output_tokens", "cache_read_tokens")})
        counts["cache_write_tokens"] += totals["cache_write_5m_tokens"] + totals["cache_write_1h_tokens"]
    result = run("report", "models", "--json", "--data-dir", demo)
    rows = json.loads(result.stdout)["rows"]
    shown = {
        (row["provider"], row["model"]): {
            "calls": row["model_call_count"],
            "input_tokens": row["input_tokens"] or 0,
            "output_tokens": row["output_tokens"] or 0,
            "cache_read_tokens": row["cache_read_tokens"] or 0,
            "cache_write_tokens": (row["cache_write_5m_tokens"] or 0) + (row["cache_write_1h_tokens"] or 0),
        }
        for row in rows
        if row["model"] != "<synthetic>"
    }
    assert shown == {key: dict(counts) for key, counts in expected.items()}


def test_the_demo_is_marked_and_checks_by_hand(demo: Path) -> None:
    shown = run("report", "--all", "--data-dir", demo).stdout
    assert shown.startswith("DEMO")
    assert "The sum is the session's cost in the ledger, to the last digit." in shown
    overview = json.loads(run("report", "--json", "--data-dir", demo).stdout)
    assert overview["is_demo"] is True
    assert overview["costliest_session"]["agrees"] is True
    daily = json.loads(run("report", "daily", "--json", "--data-dir", demo).stdout)
    moved = json.loads(run("report", "daily", "--json", "--timezone", "Asia/Tokyo", "--data-dir", demo).stdout)
    assert daily["totals"] == moved["totals"] == overview["totals"]


def test_a_second_refresh_changes_nothing(demo: Path) -> None:
    published = paths.published_path(paths.demo_dir(demo))
    before = published.stat()
    again = run("refresh", "--demo-if-empty", "--data-dir", demo)
    assert again.exit_code == 0
    assert "Nothing new in" in again.stdout
    assert "Nothing to build" in again.stdout
    assert published.stat() == before


def test_a_refresh_after_a_build_by_hand_or_without_titles_builds(refreshed: RefreshedDemo, tmp_path: Path) -> None:
    data = shutil.copytree(refreshed.copy, tmp_path / "data")
    now = refresh.inputs(data, text=True)
    assert refresh.is_current(data, now)
    assert not refresh.is_current(data, refresh.inputs(data, text=False))
    warehouse = paths.warehouse_path(data).stat()
    os.utime(paths.warehouse_path(data), ns=(warehouse.st_atime_ns, warehouse.st_mtime_ns + 1))
    assert not refresh.is_current(data, now)
    assert not refresh.only_landing_is_new(data, now)
    os.utime(paths.warehouse_path(data), ns=(warehouse.st_atime_ns, warehouse.st_mtime_ns))
    assert refresh.is_current(data, now)


def test_seeds_are_loaded_again_when_the_project_has_changed_and_not_when_only_lines_have(demo: Path) -> None:
    data = paths.demo_dir(demo)
    now = refresh.inputs(data, text=True)
    assert refresh.only_landing_is_new(data, now._replace(landed="more"))
    assert not refresh.only_landing_is_new(data, now._replace(project="another"))


def add_call(logs: Path) -> None:
    """Have a session of Claude Code go on with one more response."""
    log = max(logs.glob("**/projects/*/*.jsonl"), key=lambda path: (path.stat().st_size, path))
    line = next(line for line in map(json.loads, log.read_text().splitlines()) if line.get("type") == "assistant")
    line |= {"uuid": "new-line", "requestId": "new-request"}
    line["message"] |= {"id": "new-message"}
    with log.open("a") as file:
        file.write(json.dumps(line) + "\n")


def calls_in(data: Path) -> int:
    overview = json.loads(run("report", "--json", "--data-dir", data).stdout)
    count: int = overview["totals"]["model_call_count"]
    return count


def test_new_lines_are_taken_up_by_the_plan_of_the_last_build(refreshed: RefreshedDemo, tmp_path: Path) -> None:
    data = shutil.copytree(refreshed.copy, tmp_path / "data")
    before = calls_in(data)
    add_call(data / "logs")
    done = run("refresh", "--config", data / "logs/fleet.toml", "--data-dir", data)
    assert "models; their" in done.stdout
    assert calls_in(data) == before + 1


def test_a_refresh_that_the_lock_refuses_forgets_nothing(refreshed: RefreshedDemo, tmp_path: Path) -> None:
    data = shutil.copytree(refreshed.copy, tmp_path / "data")
    add_call(data / "logs")
    before = (data / "build.json").read_text()
    with lock(data / "build.lock", NOW):
        refused = run("refresh", "--config", data / "logs/fleet.toml", "--data-dir", data)
    assert refused.exit_code == 1
    assert "is held by" in refused.stderr
    assert (data / "build.json").read_text() == before


def test_dbt_builds_where_the_plan_cannot_be_run(
    refreshed: RefreshedDemo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = shutil.copytree(refreshed.copy, tmp_path / "data")
    models, tests = json.loads((data / "plan.json").read_text())
    broken = [[*model[:2], "table", "select no_column"] for model in models]
    (data / "plan.json").write_text(json.dumps([broken, tests]))
    add_call(data / "logs")
    asked = []

    def fail(*_: object, **options: bool) -> build.Built:
        asked.append(options)
        raise build.BuildError("dbt build failed")

    monkeypatch.setattr(build, "build", fail)
    done = run("refresh", "--config", data / "logs/fleet.toml", "--data-dir", data)
    assert "plan cannot be run: Binder Error" in done.stderr
    assert "; dbt builds now.\n" in done.stderr
    assert asked == [{"seeds": False}]
    # What was published stays until a build ends well.
    assert done.exit_code == 1
    assert calls_in(data) == calls_in(refreshed.copy)


def test_nobody_else_reads_the_data(demo: Path) -> None:
    inside = list(paths.demo_dir(demo).rglob("*"))
    assert {stat.S_IMODE(path.stat().st_mode) for path in inside if path.is_dir()} == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in inside if path.is_file()} == {0o600}


def test_the_published_demo_holds_the_marts_with_their_descriptions(demo: Path) -> None:
    with duckdb.connect(str(paths.published_path(paths.demo_dir(demo))), read_only=True) as connection:
        tables = dict(connection.execute("select table_name, comment from duckdb_tables()").fetchall())
        undescribed = connection.execute(
            # A view's columns are those of its tables, or said in its own comment.
            "select column_name from duckdb_columns() semi join duckdb_tables() using (table_oid) where comment is null"
        ).fetchall()
        views = dict(connection.execute("select view_name, comment from duckdb_views() where not internal").fetchall())
    assert {"fct_model_calls", "fct_daily_costs", "fct_sessions", "dim_rates", "build_info"} <= set(tables)
    assert all(tables.values())
    assert undescribed == []
    assert views
    assert all(views.values())


@pytest.mark.parametrize(
    ("shell", "asked"),
    [
        (
            "bash",
            "COMP_WORDS=(fleetledger report lat) COMP_CWORD=2\n"
            '. <(fleetledger completion bash); _fleetledger_completion fleetledger; echo "${COMPREPLY[@]}"',
        ),
        ("fish", 'fleetledger completion fish | source; complete -C "fleetledger report lat"'),
    ],
)
def test_what_a_shell_is_given_completes_in_it(shell: str, asked: str) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run([shell, "-c", asked], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["latency"], done.stderr

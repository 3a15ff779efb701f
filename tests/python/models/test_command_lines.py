"""How command lines are read: which programs run, whatever wraps them, and what that says of checks and edits."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from built_fleet import BuiltFleet
from run_commands import Run, commands_run

CHECKS = list(csv.DictReader((Path(__file__).with_name("check_cases.csv")).open(newline="")))

WRAPPED = [
    "pytest",
    'bash -lc "pytest"',
    "sh -c 'cd web && pytest -q'",
    "docker exec app pytest",
    "docker exec -it -e CI=1 --workdir /app app pytest",
    "docker compose -f ci.yml exec -T app pytest",
    "docker-compose exec app pytest",
    'docker exec app sh -c "cd /app && pytest"',
    "kubectl exec pod -n prod -- pytest",
    "ssh ann@host 'cd shop && pytest'",
    "timeout 60 pytest",
    "timeout -k 5 60 pytest",
    "echo tests/a.py | xargs pytest",
    "find . -name 'test_*' -print0 | xargs -0 -n 5 pytest",
    "rtk pytest",
    "rtk proxy pytest",
    "rtk test pytest",
    "sudo -u ann env CI=1 nice -n 5 pytest",
    "nohup pytest &",
    "time -p pytest",
    "CI=1 pytest",
    "if pytest; then echo fine; fi",
    "for n in 1 2; do pytest; done",
    'OUT="$(pytest)"',
    "bash <<'EOF'\npytest\nEOF",
    "/opt/venv/bin/pytest -q",
    ".venv/bin/python -m pytest",
    "pytest \\\n  -q",
]
"""Lines that run pytest."""

UNRUN = [
    'git commit -m "pytest"',
    "cat > run.sh <<'EOF'\npytest\nEOF",
    "cat <<-end > run.sh\n\tpytest\n\tend",
    "git commit -F - <<message\nSay more\npytest\nmessage",
    "echo pytest",
    "rtk grep pytest",
    "command -v pytest",
    "# pytest",
    "docker exec pytest ls",
    "timeout 60 cat pytest",
]
"""Lines that only mention it."""

READING = [
    "git status 2>&1",
    "cd web && go test ./... 2>&1 | tail -5",
    "FOO=1 ls",
    "sudo cat /etc/hosts",
    "timeout 5 ls",
    "if [ -f a ]; then cat a; else echo none; fi",
    "for f in *.py; do wc -l $f; done",
    "N=$((N+1)); echo $N",
    "ls 2>/dev/null",
    "git -C /srv/shop log --oneline",
    "command -v node",
    "bash -c 'ls | wc -l'",
    "cat notes.txt > /tmp/copy.txt && rm -rf /tmp/copy.txt",
    "cat <<'EOF' > /private/tmp/a.py\nx\nEOF",
    "mkdir -p /tmp/a && cp notes.txt /tmp/a/",
    "make build 2>/dev/null",
    "bun run build 2>&1 | tail -5",
    "uv run pytest -q && npx tsc --noEmit",
    "./shop export --help 2>&1 || go build -o shop . && ./shop export --help",
    "terraform --version",
    "echo 'ls' | bash -n",
]
"""Lines that write no file."""

WRITING = [
    "python generate.py",
    "python generate.py > /dev/null",
    "ruff check --fix .",
    "npx vitest run -u",
    "echo x > notes.txt",
    "ls >> notes.txt 2>/dev/null",
    "sed -i s/a/b/ notes.txt",
    "find . | xargs rm",
    "for f in *.py; do cp $f old/; done",
    "for f in *.py; do wc -l $f; done > sizes.txt",
    "if true; then touch a; fi",
    "rtk git checkout main",
    "sudo tee notes.txt",
    "bash -c 'cp a b'",
    '"$TOOL" --fix',
    "./shop export --help > usage.txt",
    "./shop export --helpful",
]
"""Lines that may write one."""


@pytest.mark.parametrize(
    ("lines", "expected"), [(WRAPPED, True), (UNRUN, False)], ids=["what is wrapped is run", "what is named is not"]
)
def test_a_check_is_what_runs(fleet: BuiltFleet, lines: list[str], expected: bool) -> None:
    with commands_run(fleet.manifest, [Run(line, line) for line in lines]) as warehouse:
        seen = warehouse.sql("select tool_call_id from intermediate.int_checks where recognizer = 'pytest'").fetchall()
    assert {line for (line,) in seen} == (set(lines) if expected else set())


@pytest.mark.parametrize(("lines", "expected"), [(WRITING, True), (READING, False)], ids=["writing", "reading"])
def test_an_edit_is_what_may_write(fleet: BuiltFleet, lines: list[str], expected: bool) -> None:
    with commands_run(fleet.manifest, [Run(line, line) for line in lines]) as warehouse:
        seen = warehouse.sql("select tool_call_id from intermediate.int_file_edits").fetchall()
    assert {line for (line,) in seen} == (set(lines) if expected else set())


def test_every_recognizer_has_a_pass_a_failure_and_a_lie(fleet: BuiltFleet) -> None:
    """Behind a pipe the exit code says that all is well, whatever came of it."""
    runs, expected = [], set()
    for case in CHECKS:
        command, name, kind = case["command"], case["recognizer"], case["check_kind"]
        runs += [
            Run(f"{name}/pass", command, case["passing"]),
            Run(f"{name}/fail", command, case["failing"], is_error=True),
            Run(f"{name}/lie", f"{command} 2>&1 | tail -5", case["failing"]),
        ]
        for how, result in (("pass", "pass"), ("fail", "fail"), ("lie", "fail")):
            expected.add((f"{name}/{how}", name, kind, result))
    with commands_run(fleet.manifest, runs) as warehouse:
        seen = warehouse.sql("select tool_call_id, recognizer, check_kind, check_result from intermediate.int_checks")
        assert set(seen.fetchall()) == expected
        unseen = warehouse.sql("select recognizer from seeds.check_recognizers").fetchall()
    assert {name for (name,) in unseen} == {case["recognizer"] for case in CHECKS}


TOLD = {
    "could not run": (Run("", "pytest", "Exit code 127 pytest: command not found", is_error=True), "unclear"),
    "has not ended": (Run("", "pytest", "Command running in background with ID: 1"), "unclear"),
    "silent and alone": (Run("", "go vet ./..."), "pass"),
    "silent, and all before it went well": (Run("", "cd web && \\\n go build ./... && \\\n ls", "a.go"), "pass"),
    "silent, and more came after it": (Run("", "go build ./...; ls", "a.go"), "unclear"),
    "silent in a pipe": (Run("", "go build ./... | cat", "a.go"), "unclear"),
    "failed alone": (Run("", "timeout 9 go build ./...", "Exit code 1", is_error=True), "fail"),
    "kept in a file": (
        Run("", "npx markdownlint a.md > after.txt 2>&1; diff before.txt after.txt", "a.md:3 MD013"),
        "unclear",
    ),
    "kept in a file and shown": (Run("", "pytest > out.txt 2>&1; tail -3 out.txt", "1 failed, 2 passed"), "fail"),
    "failed among others": (Run("", "cd web && go build ./...", "Exit code 1", is_error=True), "unclear"),
}


@pytest.mark.parametrize("name", TOLD)
def test_what_a_check_tells(fleet: BuiltFleet, name: str) -> None:
    run, expected = TOLD[name]
    with commands_run(fleet.manifest, [run]) as warehouse:
        assert warehouse.sql("select check_result from intermediate.int_checks").fetchall() == [(expected,)]


MADE = "[main 1a2b3c4] Mend it\n 1 file changed"
PULL = "https://github.com/ann/shop/pull/7"
MERGE = "https://gitlab.com/ann/tools/shop/-/merge_requests/9"
CREATES = "mcp__github__create_pull_request"
OPERATIONS = {
    "a commit": (Run("", "git add . && git commit -m 'Mend it'", MADE), [("commit", "committed")]),
    "a commit that is wrapped": (Run("", "bash -lc \"rtk git commit -m 'Mend it'\"", MADE), [("commit", "committed")]),
    "a commit elsewhere": (Run("", "git -C /srv/shop commit -m x", MADE), [("commit", "committed")]),
    "an amended one": (Run("", "git commit --amend --no-edit", MADE), [("commit", "amended")]),
    "one that prints less": (Run("", "rtk git commit -m x", "1 file changed"), [("commit", "committed")]),
    "one that prints an ok": (Run("", "rtk git commit -m x", "ok"), [("commit", "committed")]),
    "a quiet one": (Run("", "git commit -q -m x"), [("commit", "committed")]),
    "one that a hook refused": (
        Run("", "git add . && git commit -m x", "2 files changed\nhusky - pre-commit script failed (code 2)"),
        [],
    ),
    "one of nothing": (Run("", "git commit -m x || true", "nothing to commit, working tree clean"), []),
    "one for trials": (Run("", 'cd "$(mktemp -d)" && git init && git commit -m x', MADE), []),
    "one in a directory for trials": (Run("", "cd /tmp/x && git commit -m x", MADE), []),
    "one that is mentioned": (Run("", "echo 'git commit'", MADE), []),
    "one in a text": (Run("", "cat > a.sh <<'EOF'\ngit commit\nEOF", MADE), []),
    "opened by gh": (Run("", "gh pr create --fill", PULL), [("pull_request_created", None)]),
    "opened by glab": (Run("", "glab mr create --fill", MERGE), [("pull_request_created", None)]),
    "listed by glab": (Run("", "glab mr list", MERGE), []),
    "opened by an MCP server": (
        Run(
            "", "", f'{{"url":"https://api.github.com/repos/ann/shop/pulls/7","html_url":"{PULL}"}}', tool_name=CREATES
        ),
        [("pull_request_created", None)],
    ),
    "looked at by an MCP server": (Run("", "", PULL, tool_name="mcp__github__get_pull_request"), []),
    "a merge": (Run("", f"gh pr merge {PULL} --squash"), [("pull_request_merged", None)]),
    "a merge of a quoted address": (Run("", f'gh pr merge "{PULL}"'), [("pull_request_merged", None)]),
    "a merge that may have failed": (Run("", f"gh pr merge {PULL} || true"), []),
    "a merge with more after it": (Run("", f"gh pr merge {PULL}; ls"), []),
    "a merge that waits": (Run("", f"gh pr merge {PULL} --auto"), []),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_git_did(fleet: BuiltFleet, name: str) -> None:
    run, expected = OPERATIONS[name]
    with commands_run(fleet.manifest, [run]) as warehouse:
        seen = warehouse.sql("select operation, commit_kind from intermediate.int_git_operations")
        assert seen.fetchall() == expected


def test_of_two_scripts_the_one_that_failed_says_so(fleet: BuiltFleet) -> None:
    said = '1309 pass\n0 fail\nerror: script "lint" exited with code 1'
    with commands_run(fleet.manifest, [Run("", "bun run test && bun run lint", said, is_error=True)]) as warehouse:
        seen = warehouse.sql("select check_kind, check_result from intermediate.int_checks").fetchall()
    assert dict(seen) == {"test": "pass", "lint": "fail"}

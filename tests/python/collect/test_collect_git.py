from __future__ import annotations

import json
import os
import shutil
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner
from git_repository import GitRepository
from hypothesis import given
from hypothesis import strategies as st
from logged_host import LoggedHost
from published_fixture import insert, write_published

from fleetledger.base.locks import LockHeld, lock
from fleetledger.base.paths import published_path
from fleetledger.cli.main import main
from fleetledger.collect import git as collecting
from fleetledger.collect import git_commands
from fleetledger.collect.git import Directories, GitSummary, collect_git
from fleetledger.collect.git_commands import File, line_hash, parsed
from fleetledger.landing.collection import SMALL_BATCHES
from fleetledger.landing.collection import collecting as collecting_for

Row = tuple[Any, ...]


@dataclass
class Collected:
    """A host whose sessions worked in directories, and what is collected for it."""

    host: LoggedHost

    def work_in(self, *directories: Path | str, at: str = "2026-01-02T00:00:00Z") -> None:
        lines = [
            json.dumps({"type": "user", "uuid": f"u{number}", "sessionId": "s", "cwd": str(place), "timestamp": at})
            for number, place in enumerate(directories)
        ]
        self.host.write("".join(f"{line}\n" for line in lines).encode())
        self.host.extract()

    def collect(self, *reached: Path) -> GitSummary:
        """Collect, also of directories that sessions of the host edited files in."""
        self.host.pass_time(1)
        also: Directories = dict.fromkeys(map(str, reached), datetime(2026, 1, 2))
        return collect_git(self.host.landing, ["host"], self.host.now, lambda *_, **__: None, lambda _: also)

    @property
    def manifest(self) -> dict[str, Any]:
        values: dict[str, Any] = json.loads((self.host.landing / "collected/host.json").read_text())
        return values

    def rows(self, table: str, columns: str, where: str = "true") -> list[Row]:
        """Rows of a table as its readers find them, the earliest observation first."""
        paths = [str(self.host.landing / b["path"]) for b in self.manifest["batches"] if b["table"] == table]
        query = (
            f"select {columns} from read_parquet($paths, hive_partitioning = false) where {where} order by observed_at"
        )
        return duckdb.execute(query, {"paths": paths}).fetchall() if paths else []

    def commits(self, columns: str) -> dict[str, list[Any]]:
        return {sha: row for sha, *row in self.rows("git_commits", f"sha, {columns}")}

    def states(self) -> dict[str, Row]:
        """The last state of each commit: its branch, whether on any, whether it reached the default one."""
        columns = "sha, branch, is_on_a_branch, reached_default_branch"
        return {sha: tuple(state) for sha, *state in self.rows("git_commit_states", columns)}

    def directories(self) -> dict[str, Row]:
        """What was seen last of each directory: repository, remote, default branch, status, reason."""
        columns = "directory, repository, remote, default_branch, status, reason"
        return {directory: tuple(row) for directory, *row in self.rows("git_directories", columns)}


@pytest.fixture
def collected(host: LoggedHost) -> Collected:
    return Collected(host)


@pytest.fixture
def shop(tmp_path: Path) -> GitRepository:
    return GitRepository.made(tmp_path / "shop")


# --- What a commit is -------------------------------------------------------------------------------------------------


def test_root_merge_empty_rename_and_binary(collected: Collected, shop: GitRepository) -> None:
    root = shop.commit("Begin\n\nWith a body.\n\nClaude-Session-Id: s", a_py="1\n2\n3\n4\n")
    shop.git("switch", "--quiet", "--create", "feat")
    shop.git("mv", "a.py", "b\tc.py")
    renamed = shop.commit("Rename", image_png=b"\0\1")
    shop.git("switch", "--quiet", "main")
    empty = shop.commit("Nothing")
    shop.git("merge", "--quiet", "--no-ff", "--message", "Merge feat", "feat")
    merged = shop.git("rev-parse", "HEAD")
    collected.work_in(shop.path)
    assert collected.collect() == GitSummary(directories=1, repositories=1, commits=4)
    assert collected.commits("parents, subject, body, file_count, diff_is_known") == {
        root: ["", "Begin", "With a body.\n\nClaude-Session-Id: s", 1, True],
        renamed: [root, "Rename", "", 2, True],
        empty: [root, "Nothing", "", 0, True],
        merged: [f"{empty} {renamed}", "Merge feat", "", 2, True],
    }
    files = {
        sha: [(f["path"], f["old_path"], f["insertions"], f["deletions"]) for f in found]
        for sha, (found,) in collected.commits("files").items()
    }
    brought = [("b\tc.py", "a.py", 0, 0), ("image.png", None, None, None)]
    assert files == {root: [("a.py", None, 4, 0)], renamed: brought, empty: [], merged: brought}


def test_times_are_utc(collected: Collected, shop: GitRepository) -> None:
    shop.commit("Begin", a="1")
    collected.work_in(shop.path)
    collected.collect()
    [(authored, committed)] = collected.rows("git_commits", "cast(authored_at as text), cast(committed_at as text)")
    assert authored == committed == "2026-01-02 00:03:00"


def test_commits_before_the_first_session_are_not_read(collected: Collected, shop: GitRepository) -> None:
    shop.commit("Long before", a="1")
    shop.minutes += 60 * 48
    work = shop.commit("Work", a="2")
    collected.work_in(shop.path, at="2026-01-03T23:00:00Z")
    collected.collect()
    assert list(collected.states()) == [work]


def test_lines_that_a_commit_adds_land_as_numbers(collected: Collected, shop: GitRepository) -> None:
    shop.commit("Begin", a_py="def price(order):\n    return order.total\n")
    work = shop.commit("Work", a_py="def price(order):\n\treturn  order.total * 2\n}\n\n", b_bin=b"\0\1" * 20)
    shop.git("switch", "--quiet", "--create", "feat", "HEAD~1")
    shop.commit("Other", c_py="total_of_all = sum(orders)\n")
    shop.git("merge", "--quiet", "--no-ff", "--message", "Merge", "main")
    merged = shop.git("rev-parse", "HEAD")
    collected.work_in(shop.path)
    collected.collect()
    lines = collected.commits("added_lines")
    assert lines[work] == [[line_hash(b"return order.total*2")]]
    assert lines[merged] == [[]]


@given(st.lists(st.text(st.sampled_from("ab \t\r\f}é{0"), max_size=24), max_size=6))
def test_a_line_has_the_number_that_the_models_give_it(lines: list[str]) -> None:
    """The expression is that of the macro line_hashes."""
    text = "\n".join(lines)
    query = """
        select list_distinct(list_transform(
            list_filter(
                string_split(regexp_replace($1, '[ \t\r\f]+', '', 'g'), chr(10)), line -> length(line) >= 12
            ),
            line -> md5_number_lower(line)
        ))
    """
    [(theirs,)] = duckdb.execute(query, [text]).fetchall()
    ours = {line_hash(line.encode()) for line in lines} - {None}
    assert set(theirs) == ours


def test_what_was_made_here_is_told_from_what_was_fetched(collected: Collected, tmp_path: Path) -> None:
    other = GitRepository.made(tmp_path / "other")
    cloned = other.commit("Cloned", a="1")
    other.git("clone", "--quiet", ".", str(tmp_path / "shop"))
    other.git("config", "user.email", "nobody@example.com")
    shop = GitRepository(tmp_path / "shop", other.minutes)
    fetched = other.commit("Fetched", b="1", author="bob")
    shop.git("pull", "--quiet", "--ff-only")
    made = shop.commit("Made", c="1", author="ann")
    shop.git("commit", "--quiet", "--amend", "--message", "Made better", author="ann")
    better = shop.git("rev-parse", "HEAD")
    shop.git("reflog", "expire", "--expire=all", "--all")
    collected.work_in(shop.path)
    collected.collect()
    before = {sha: is_made_here for sha, (is_made_here,) in collected.commits("is_made_here").items()}
    assert before == {cloned: False, fetched: False, better: False}
    after = shop.commit("After", d="1", author="ann")
    collected.collect()
    assert collected.commits("is_made_here")[after] == [True]
    assert made not in before


def test_what_was_landed_before_lines_were_looked_at_is_read_once_more(
    collected: Collected, shop: GitRepository
) -> None:
    work = shop.commit("Work", a="total_of_all = sum(orders)\n")
    collected.work_in(shop.path)
    collected.collect()
    with collecting_for(collected.host.landing, "host", collected.host.now) as collection:
        rows = [row | {"added_lines": None, "is_made_here": None} for row in collection.dicts("git_commits")]
        collection.replace("git_commits", rows)
        collection.commit()
    assert collected.collect().commits == 0
    assert collected.rows("git_commits", "sha, len(added_lines), is_made_here")[-1] == (work, 1, True)
    assert collected.collect().commits == 0
    assert len(collected.rows("git_commits", "sha")) == 2


# --- Where a commit stands --------------------------------------------------------------------------------------------


def test_amended_squashed_and_rebased_commits_stay_visible(collected: Collected, shop: GitRepository) -> None:
    shop.commit("Begin", a="1")
    shop.git("switch", "--quiet", "--create", "feat")
    first = shop.commit("First", b="1")
    amended = shop.commit("First, better", "--amend", b="2")
    second = shop.commit("Second", c="1")
    shop.git("switch", "--quiet", "main")
    other = shop.commit("Other", d="1")
    shop.git("rebase", "--quiet", "main", "feat")
    rebased = shop.git("rev-parse", "feat")
    shop.git("switch", "--quiet", "main")
    shop.git("merge", "--quiet", "--squash", "feat")
    squashed = shop.commit("Feat (#1)")
    collected.work_in(shop.path)
    collected.collect()
    states = collected.states()
    assert {sha: states[sha] for sha in (first, amended, second)} == dict.fromkeys(
        (first, amended, second), (None, False, False)
    )
    assert states[rebased] == ("feat", True, False)
    assert states[other] == states[squashed] == ("main", True, True)


def test_a_merge_and_a_revert_move_nothing_but_what_they_reach(collected: Collected, shop: GitRepository) -> None:
    shop.commit("Begin", a="1")
    shop.git("switch", "--quiet", "--create", "feat")
    work = shop.commit("Work", b="1")
    collected.work_in(shop.path)
    collected.collect()
    assert collected.states()[work] == ("feat", True, False)

    shop.git("switch", "--quiet", "main")
    shop.git("merge", "--quiet", "--ff-only", "feat")
    shop.git("revert", "--no-edit", "HEAD")
    assert collected.collect() == GitSummary(directories=1, repositories=1, commits=1, moved=1)
    assert collected.states()[work] == ("main", True, True)
    [(body,)] = collected.rows("git_commits", "body", """subject = 'Revert "Work"'""")
    assert body == f"This reverts commit {work}."


def test_a_commit_stands_on_several_branches(collected: Collected, shop: GitRepository) -> None:
    shop.commit("Begin", a="1")
    shop.git("switch", "--quiet", "--create", "feat")
    work = shop.commit("Work", b="1")
    shop.git("branch", "also")
    shop.git("update-ref", "refs/remotes/origin/pull/7/head", work)
    collected.work_in(shop.path)
    collected.collect()
    branches: dict[str, str] = dict(collected.rows("git_commit_states", "sha, branches"))
    assert branches[work] == "also\nfeat\npull/7/head"
    shop.git("branch", "--force", "main", "feat")
    collected.collect()
    branches = dict(collected.rows("git_commit_states", "sha, branches"))
    assert branches[work] == "pull/7/head"


def test_a_commit_that_is_lost_is_on_no_branch(collected: Collected, shop: GitRepository) -> None:
    shop.commit("Begin", a="1")
    shop.git("switch", "--quiet", "--create", "feat")
    work = shop.commit("Work", b="1")
    collected.work_in(shop.path)
    collected.collect()
    shop.git("switch", "--quiet", "main")
    shop.git("branch", "--delete", "--force", "feat")
    shop.git("reflog", "expire", "--expire=all", "--all")
    assert collected.collect().moved == 1
    assert collected.states()[work] == (None, False, False)


def test_what_was_fetched_tells_the_default_branch(collected: Collected, shop: GitRepository, tmp_path: Path) -> None:
    shop.git("branch", "--move", "develop")
    shop.commit("Begin", a="1")
    shop.git("clone", "--quiet", str(shop.path), str(tmp_path / "clone"))
    clone = GitRepository(tmp_path / "clone", minutes=10)
    clone.git("switch", "--quiet", "--create", "main")
    work = clone.commit("Work", b="1")
    clone.git("remote", "set-url", "origin", "https://ann:secret@GitHub.com/Ann/Shop.git")
    collected.work_in(clone.path)
    collected.collect()
    assert collected.states()[work] == ("main", True, False)
    assert collected.directories()[str(clone.path)][:3] == (str(clone.path), "github.com/ann/shop", "develop")
    assert "secret" not in str(collected.rows("git_directories", "*"))


def test_without_a_default_branch_nothing_is_said_to_have_reached_it(collected: Collected, shop: GitRepository) -> None:
    shop.git("branch", "--move", "one")
    work = shop.commit("Work", a="1")
    shop.git("branch", "two")
    collected.work_in(shop.path)
    collected.collect()
    assert collected.states()[work] == ("one", True, None)


def test_stashes_are_no_commits(collected: Collected, shop: GitRepository) -> None:
    work = shop.commit("Work", a="1")
    (shop.path / "a").write_text("2")
    shop.git("stash")
    collected.work_in(shop.path)
    collected.collect()
    assert list(collected.states()) == [work]


# --- Which repositories -----------------------------------------------------------------------------------------------


def test_worktrees_and_subdirectories_fold_into_their_repository(collected: Collected, shop: GitRepository) -> None:
    shop.commit("Begin", a="1")
    shop.git("worktree", "add", "--quiet", "-b", "beside", "../beside")
    shop.git("worktree", "add", "--quiet", "-b", "inside", ".worktrees/inside")
    beside = GitRepository(shop.path.parent / "beside", minutes=20)
    work = beside.commit("Work", b="1")
    shop.git("worktree", "remove", ".worktrees/inside")
    (shop.path / "src").mkdir()
    places = [shop.path / "src", beside.path, shop.path / ".worktrees/inside"]
    collected.work_in(*places)
    assert collected.collect().repositories == 1
    assert {seen[0] for seen in collected.directories().values()} == {str(shop.path)}
    assert collected.states()[work] == ("beside", True, False)


def test_what_cannot_be_read_is_named_and_the_run_goes_on(
    collected: Collected, shop: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "COMMITS", 2)
    corrupt, huge = GitRepository.made(tmp_path / "corrupt"), GitRepository.made(tmp_path / "huge")
    sha = corrupt.commit("Begin", a="1")
    (corrupt.path / ".git/objects" / sha[:2] / sha[2:]).unlink()
    for number in range(3):
        huge.commit(f"{number}")
    GitRepository.made(tmp_path / "bare", "--bare")
    (tmp_path / "plain").mkdir()
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd/.git").write_text("gitdir: \x1b[31mnowhere")
    empty = GitRepository.made(tmp_path / "empty")
    shop.commit("Begin", a="1")
    names = ["corrupt", "huge", "bare", "plain", "odd", "gone", "empty", "shop"]
    collected.work_in(*(tmp_path / name for name in names), "relative", "nul\0")
    summary = collected.collect()
    assert (summary.repositories, summary.commits, summary.gone) == (2, 1, 3)
    skipped = {Path(place).name: reason for place, reason in summary.skipped}
    assert set(skipped) == {"corrupt", "huge", "bare"}
    assert skipped["huge"] == "huge: more than 2 commits since the first session in it"
    assert skipped["bare"] == "a bare repository"
    reasons = {Path(place).name: seen[4] for place, seen in collected.directories().items()}
    assert reasons["gone"] == "not there any more"
    assert reasons["plain"] == reasons["odd"] == "not in a git repository"
    assert reasons["empty"] is None
    assert str(empty.path) not in dict(summary.skipped)


def test_a_shallow_clone_does_not_claim_its_first_commits_files(
    collected: Collected, shop: GitRepository, tmp_path: Path
) -> None:
    shop.commit("Begin", a="1")
    edge = shop.commit("Edge", b="1")
    last = shop.commit("Last", c="1")
    shop.git("clone", "--quiet", "--depth=2", f"file://{shop.path}", str(tmp_path / "clone"))
    collected.work_in(tmp_path / "clone")
    collected.collect()
    assert collected.commits("diff_is_known, file_count") == {edge: [False, None], last: [True, 1]}

    GitRepository(tmp_path / "clone").git("fetch", "--quiet", "--unshallow")
    collected.collect()
    assert collected.commits("diff_is_known, file_count")[edge] == [True, 1]


def test_repositories_that_edits_and_commands_reached_are_visited(
    collected: Collected, shop: GitRepository, tmp_path: Path
) -> None:
    """Beside the session's, within it, a submodule of it, and one that its settings add."""
    shop.commit("Begin", a="1")
    beside = GitRepository.made(tmp_path / "beside")
    within = GitRepository.made(shop.path / "vendor/within")
    library = GitRepository.made(tmp_path / "library")
    added = GitRepository.made(tmp_path / "added")
    for repository in (beside, within, library, added):
        repository.commit("Begin", a="1")
    shop.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library.path), "lib")
    submodule = GitRepository(shop.path / "lib", minutes=30)
    work = [repository.commit("Work", src_py="1\n") for repository in (beside, within, submodule, added)]
    (shop.path / ".claude").mkdir()
    (shop.path / ".claude/settings.json").write_text("[" * 100_000)
    settings = {"permissions": {"additionalDirectories": ["../added", 7, "~nobody-of-that-name/x", "nul\0"]}}
    (shop.path / ".claude/settings.local.json").write_text(json.dumps(settings))
    (beside.path / "deep/er").mkdir(parents=True)
    collected.work_in(shop.path)
    plain = tmp_path / "plain"
    plain.mkdir()
    summary = collected.collect(beside.path / "deep/er", within.path, submodule.path, plain, tmp_path / "gone")
    assert (summary.repositories, summary.gone, summary.skipped) == (5, 1, [])
    assert {*work} <= collected.states().keys()
    seen = {Path(place).name: found for place, found in collected.directories().items()}
    assert seen["er"][0] == str(beside.path)
    assert seen["lib"][0] == str(shop.path / ".git/modules/lib")
    assert seen["plain"][4] == "not in a git repository"


def test_what_is_published_of_edits_is_visited(collected: Collected, shop: GitRepository, tmp_path: Path) -> None:
    work = shop.commit("Work", a="1")
    collected.work_in(tmp_path)
    data = collected.host.data
    config = tmp_path / "fleet.toml"
    root = collected.host.sources[0].root
    config.write_text(f'[[source]]\nfleet = "claude_code"\nhost = "host"\naccount = "default"\nroot = "{root}"\n')
    command = ["collect", "git", "--config", str(config), "--data-dir", str(data)]
    assert CliRunner().invoke(main, command).stdout.startswith("Visited 0 repositories of 1 directory")

    write_published(published_path(data), [{"session_id": "s"}])
    reached = {"host": "host", "directory": str(shop.path), "reached_at": "2026-01-02", "reached_by": "edit"}
    with duckdb.connect(str(published_path(data))) as connection:
        insert(connection, "fct_task_directories", reached)
        insert(connection, "fct_task_directories", {**reached, "host": "another", "directory": "/no/such"})
    done = CliRunner().invoke(main, command)
    assert done.stdout.startswith("Visited 1 repository of 2 directories: 1 new commit")
    assert list(collected.states()) == [work]

    with duckdb.connect(str(published_path(data))) as connection:
        connection.execute("drop table fct_task_directories")
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0
    assert "Only sessions' own directories are visited" in done.stderr


def test_worktrees_beside_a_bare_repository_are_of_the_directory_they_stand_in(
    collected: Collected, shop: GitRepository, tmp_path: Path
) -> None:
    """`git clone --bare … .bare`, a file `.git` that names it, and a worktree a branch."""
    shop.commit("Begin", a="1")
    shop.git("clone", "--quiet", "--bare", str(shop.path), str(tmp_path / "blog/.bare"))
    (tmp_path / "blog/.git").write_text("gitdir: ./.bare\n")
    blog = GitRepository(tmp_path / "blog", minutes=20)
    blog.git("worktree", "add", "--quiet", "-b", "feat", "feat")
    work = GitRepository(tmp_path / "blog/feat", minutes=30).commit("Work", b="1")
    collected.work_in(blog.path, blog.path / "feat")
    assert collected.collect().repositories == 1
    assert collected.states()[work] == ("feat", True, False)
    assert worktrees(collected) == {str(blog.path): None, str(blog.path / "feat"): str(blog.path)}


def test_what_a_worktree_is_one_of_is_landed_and_stays_when_it_is_removed(
    collected: Collected, shop: GitRepository, tmp_path: Path
) -> None:
    shop.commit("Begin", a="1")
    library = GitRepository.made(tmp_path / "library")
    library.commit("Begin", a="1")
    shop.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library.path), "lib")
    shop.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "elsewhere/fix"))
    shop.git("worktree", "add", "--quiet", "--detach", "fixes/inside")
    GitRepository(shop.path / "lib").git("worktree", "add", "--quiet", "--detach", str(tmp_path / "of-lib"))
    (shop.path / "src").mkdir()
    places = [shop.path / "src", shop.path / "fixes/inside", tmp_path / "elsewhere/fix", tmp_path / "of-lib"]
    collected.work_in(*places)
    collected.collect()
    names = {str(shop.path / "src"): None, str(shop.path / "fixes/inside"): str(shop.path)}
    names |= {str(tmp_path / "elsewhere/fix"): str(shop.path), str(tmp_path / "of-lib"): str(shop.path / "lib")}
    assert worktrees(collected) == names
    shop.git("worktree", "remove", "fixes/inside")
    shop.git("worktree", "remove", str(tmp_path / "elsewhere/fix"))
    before = collected.manifest
    assert collected.collect().gone == 1
    assert worktrees(collected) == names
    assert collected.manifest == before


def worktrees(collected: Collected) -> dict[str, Any]:
    """What was landed last of what each directory is a worktree of."""
    return dict(collected.rows("git_directories", "directory, worktree_of"))


# --- Nothing of the repository's runs ---------------------------------------------------------------------------------


def test_no_program_that_a_repository_names_is_run(
    collected: Collected, shop: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = tmp_path / "ran"
    trap = tmp_path / "trap"
    trap.write_text(f'#!/bin/sh\necho "$0 $@" >> {ran}\nexit 0\n')
    trap.chmod(0o755)
    for hook in ("post-index-change", "reference-transaction", "post-checkout", "pre-auto-gc"):
        (shop.path / ".git/hooks").mkdir(exist_ok=True)
        shutil.copy(trap, shop.path / ".git/hooks" / hook)
    (shop.path / ".git/hooks/reference-transaction").unlink()
    work = shop.commit("Work\n\nBody", a_txt="1\n", _gitattributes="*.txt diff=evil filter=evil\n")
    names = [
        *("core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.askPass", "core.gitProxy"),
        *("core.alternateRefsCommand", "pager.log", "pager.diff-tree", "pager.rev-list", "diff.external"),
        *("diff.evil.textconv", "diff.evil.command", "filter.evil.clean", "filter.evil.smudge", "filter.evil.process"),
        *("gpg.program", "gpg.ssh.program", "gpg.x509.program", "credential.helper", "sequence.editor"),
        *("uploadpack.packObjectsHook", "remote.origin.uploadpack", "alias.log", "alias.rev-list"),
    ]
    configuration = shop.path / ".git/config"
    with configuration.open("a") as file:
        for name in names:
            section, *middle, key = name.split(".")
            header = f'[{section} "{".".join(middle)}"]' if middle else f"[{section}]"
            file.write(f"{header}\n\t{key} = {trap}\n")
        file.write(f"[core]\n\thooksPath = {shop.path / '.git/hooks'}\n[log]\n\tshowSignature = true\n")
        # Its objects would have to be fetched, by a program of its choice, from a place of its choice.
        file.write(f'[remote "origin"]\n\turl = ext::{trap}\n\tpromisor = true\n[protocol "ext"]\n\tallow = always\n')
        file.write("[extensions]\n\tpartialClone = origin\n[core]\n\trepositoryformatversion = 1\n")
    blob = GitRepository(shop.path).git("-c", "core.fsmonitor=false", "-c", "core.pager=cat", "rev-parse", "HEAD:a.txt")
    ran.unlink(missing_ok=True)
    for name in ("GIT_DIR", "GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_SSH_COMMAND", "GIT_CONFIG_GLOBAL"):
        monkeypatch.setenv(name, str(trap))
    collected.work_in(shop.path)
    before = {path: path.stat().st_mtime_ns for path in shop.path.rglob("*")}
    assert collected.collect().skipped == []
    assert list(collected.states()) == [work]
    assert not ran.exists()
    assert {path: path.stat().st_mtime_ns for path in shop.path.rglob("*")} == before

    # The same where objects are missing: even asked for them outright, git may not fetch.
    (shop.path / ".git/objects" / blob[:2] / blob[2:]).unlink()
    assert list(git_commands.commits(git_commands.repository_of(shop.path), [work]))
    with pytest.raises(git_commands.GitError, match="partial clone that lacks objects"):
        list(git_commands.files(git_commands.repository_of(shop.path), [work]))
    assert not ran.exists()


def test_a_program_beside_the_repository_is_not_taken_for_git(
    collected: Collected, shop: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.commit("Work", git=f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    (shop.path / "git").chmod(0o755)
    git_commands._git.cache_clear()
    monkeypatch.setenv("PATH", f".:{os.environ['PATH']}")
    monkeypatch.chdir(shop.path)
    collected.work_in(shop.path)
    assert collected.collect().commits == 1
    assert not (tmp_path / "ran").exists()


# --- The landing ------------------------------------------------------------------------------------------------------


def test_what_is_known_is_not_read_or_landed_again(
    collected: Collected, shop: GitRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.commit("Work", a="1")
    collected.work_in(shop.path)
    collected.collect()
    before = collected.manifest
    monkeypatch.setattr(git_commands, "files", lambda *_: pytest.fail("a known commit was read again"))
    assert collected.collect() == GitSummary(directories=1, repositories=1)
    assert collected.manifest == before


def test_small_batches_are_merged_and_leftovers_removed(collected: Collected, host: LoggedHost) -> None:
    for number in range(SMALL_BATCHES + 1):
        with collecting_for(host.landing, "host", host.now) as collection:
            collection.add("session_marks", [{"session_id": "s", "rating": number % 5 + 1, "note": None}])
            collection.commit()
        host.pass_time(1)
    assert len(collected.manifest["batches"]) == 1
    assert len(collected.rows("session_marks", "*")) == SMALL_BATCHES + 1
    directory = host.landing / "session_marks/host=host"
    assert len(list(directory.iterdir())) == SMALL_BATCHES + 2  # a build may still read what was merged
    (directory / "killed.part").write_text("")
    host.pass_time(3601)
    with collecting_for(host.landing, "host", host.now):
        pass
    assert len(list(directory.iterdir())) == 1


def test_what_is_collected_is_readable_by_its_owner_alone(collected: Collected, shop: GitRepository) -> None:
    shop.commit("Work", a="1")
    collected.work_in(shop.path)
    collected.collect()
    for path in (collected.host.landing, *collected.host.landing.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_one_collects_at_a_time(collected: Collected, host: LoggedHost) -> None:
    collected.work_in(host.path)
    collected.collect()
    with lock(host.landing / "collected/host.lock", host.now), pytest.raises(LockHeld):
        collected.collect()


# --- Hostile objects --------------------------------------------------------------------------------------------------


@given(st.binary())
def test_any_commit_object_is_read(content: bytes) -> None:
    commit = parsed(content)
    (commit.subject + commit.body).encode()
    assert "\n" not in commit.subject


@pytest.mark.parametrize(
    ("signature", "year"),
    [
        ("A <a@b> 1767312000 +0000", 2026),
        ("A <a> 1 > 9999999999999999 +0000", None),
        ("", None),
        ("A <a@b> -1 +0000", 1969),
    ],
)
def test_times_that_no_clock_shows_are_unknown(signature: str, year: int | None) -> None:
    time = parsed(f"tree x\nauthor {signature}\ncommitter {signature}\n\nWork".encode()).authored_at
    assert (time.year if time else None) == year


def test_a_message_may_be_in_another_encoding_and_hold_headers() -> None:
    commit = parsed(b"tree x\ngpgsig -----\n author evil 1 +0000\n\nGr\xfc\xdfe\nand more\n\nparent abc\n")
    assert commit == ((), None, None, "Grüße and more", "parent abc")


def test_file_is_what_the_landing_holds() -> None:
    assert File._fields == ("path", "old_path", "insertions", "deletions")

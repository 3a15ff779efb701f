"""A git repository made in a test, with times that the test sets."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

BEGAN = 1_767_312_000
"""2026-01-02 00:00:00 UTC."""


@dataclass
class GitRepository:
    """A repository in `path`; each command of it is a minute later than the one before."""

    path: Path
    minutes: int = 0

    @classmethod
    def made(cls, path: Path, *options: str) -> GitRepository:
        path.mkdir(parents=True)
        repository = cls(path)
        repository.git("init", "--quiet", "--initial-branch=main", *options)
        return repository

    def git(self, *arguments: str, author: str = "") -> str:
        self.minutes += 1
        date = f"{BEGAN + 60 * self.minutes} +0100"
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.path),
            "GIT_CONFIG_NOSYSTEM": "1",
            **{f"GIT_{who}_{what}": author or what for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
            "GIT_AUTHOR_DATE": date,
            "GIT_COMMITTER_DATE": date,
            "GIT_EDITOR": "true",
        }
        done = subprocess.run(["git", *arguments], cwd=self.path, env=environment, check=True, capture_output=True)
        return done.stdout.decode().strip()

    def commit(self, message: str, *options: str, author: str = "", **files: str | bytes) -> str:
        """Commit files (a `_` in a name is a dot); the commit's id."""
        for name, content in files.items():
            data = content if isinstance(content, bytes) else content.encode()
            (self.path / name.replace("_", ".")).write_bytes(data)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message, *options, author=author)
        return self.git("rev-parse", "HEAD")

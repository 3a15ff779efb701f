"""State files as version 0.1.0 wrote them, byte for byte: they are read, and nothing is landed twice."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from logged_host import LoggedHost

from fleetledger.landing.collection import read_collection
from fleetledger.published.text_index import TextIndex, read_index

LINE = b'{"type":"user","uuid":"u","sessionId":"s"}\n'

MANIFEST = """{
 "format": 1,
 "host": "host",
 "demo": false,
 "committed_at": "2026-01-02T03:04:05.000000+00:00",
 "sources": [
  {
   "fleet": "claude_code",
   "account": "default",
   "provider": null,
   "root": "%s"
  }
 ],
 "batches": [],
 "files_path": "state/host/20260102T030405-000000000000.json"
}"""
STATE = (
    '{"format":1,"retired":{},"files":{"claude_code":{"default":{"projects/p/s.jsonl":'
    '[1,%d,%d,%d,%d,1,%d,"%s",%d,"%s",0,null,null]}}}}'
)
COLLECTED = '{"format": 1, "host": "host", "batches": [], "retired": {"a.parquet": "2026-01-02T03:04:05.000000+00:00"}}'
INDEX = '{"made_by": "m", "number": 3, "said": ["said-000001-all-0.parquet"], "rest": [], "gone": null}'


def test_what_was_landed_by_0_1_0_is_not_landed_again(host: LoggedHost) -> None:
    log = host.write(LINE)
    stat = log.stat()
    size = len(LINE)
    (host.landing / "manifests").mkdir(parents=True)
    (host.landing / "state/host").mkdir(parents=True)
    (host.landing / "manifests/host.json").write_text(MANIFEST % host.sources[0].root)
    state = STATE % (size, stat.st_mtime_ns, stat.st_ino, size, size, "0" * 32, size, "0" * 32)
    (host.landing / "state/host/20260102T030405-000000000000.json").write_text(state)
    (summary,) = host.extract().sources
    assert (summary.files_seen, summary.files_changed, summary.ok_lines) == (1, 0, 0)
    assert host.manifest.batches == []


def test_what_was_collected_and_told_by_0_1_0_is_read(tmp_path: Path) -> None:
    (tmp_path / "landing/collected").mkdir(parents=True)
    (tmp_path / "landing/collected/host.json").write_text(COLLECTED)
    collection = read_collection(tmp_path / "landing", "host", datetime(2026, 1, 2, tzinfo=UTC))
    assert list(collection.retired) == ["a.parquet"]
    (tmp_path / "text").mkdir()
    (tmp_path / "text/index.json").write_text(INDEX)
    assert read_index(tmp_path) == TextIndex("m", 3, ("said-000001-all-0.parquet",), (), None)

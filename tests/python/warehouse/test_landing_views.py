from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
from built_fleet import BuiltFleet, run_dbt
from logged_host import LoggedHost

from fleetledger.base.paths import warehouse_path
from fleetledger.secrets.landed import finds


def test_no_character_of_the_data_directory_is_taken_for_a_pattern(fleet: BuiltFleet, tmp_path: Path) -> None:
    host = LoggedHost(tmp_path / "it's [1] * data")
    host.write(b'{"type": "user", "sessionId": "s", "uuid": "u"}\n')
    host.extract()
    (batch,) = host.manifest.batches
    with finds(host.data, host.now) as found:
        found.note(batch.batch_id, "", host.now, [])
    # The profile is the same for every data directory: dbt parses nothing anew.
    (host.data / "target").mkdir()
    shutil.copy(fleet.data / "target/partial_parse.msgpack", host.data / "target")
    run_dbt("run-operation", "note_build_begun", data=host.data)
    with duckdb.connect(str(warehouse_path(host.data)), read_only=True) as warehouse:
        landed = warehouse.sql("select secrets_scanned_at is not null from landing.batches").fetchall()
        lines = warehouse.sql("select session_id from landing.claude_code_lines").fetchall()
    assert landed == [(True,)]
    assert lines == [("s",)]
    assert "no changes found, skipping parsing" in (host.data / "logs/dbt.log").read_text()

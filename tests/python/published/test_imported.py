"""Marts that were made elsewhere are published as those that were made here."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from compiled_models import Marts, marts
from refreshed_demo import RefreshedDemo

from fleetledger.base.paths import published_path, warehouse_path
from fleetledger.cli.main import main

COMMENTS = (
    "select table_name, column_name, data_type, comment from duckdb_columns() where schema_name = 'main' order by all"
)


@pytest.fixture(scope="module")
def made(refreshed: RefreshedDemo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The marts of the demo as Parquet, as Spark leaves its own: a directory a table, some in several files."""
    place = tmp_path_factory.mktemp("marts.db")
    with duckdb.connect(str(warehouse_path(refreshed.copy)), read_only=True) as warehouse:
        tables = warehouse.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
        for (mart,) in tables:
            (place / mart).mkdir()
            for part in range(2):
                rows = (
                    f"select * from (select *, row_number() over () % 2 as part from marts.{mart}) where part = {part}"
                )
                file = place / mart / f"part-{part}.parquet"
                warehouse.execute(f"copy (select * exclude (part) from ({rows})) to '{file}' (format parquet)")
    return place


def publish(made: Path, data: Path) -> tuple[int, str]:
    ended = CliRunner().invoke(main, ["publish", "--from", str(made), "--data-dir", str(data)])
    return ended.exit_code, ended.stderr


def of_file(published: Path) -> tuple[Marts, list[tuple[str, ...]]]:
    with duckdb.connect(str(published), read_only=True) as connection:
        return marts(connection, schema="main"), connection.execute(COMMENTS).fetchall()


def test_what_is_published_of_parquet_is_what_was_made(refreshed: RefreshedDemo, made: Path, tmp_path: Path) -> None:
    data = tmp_path / "cluster"
    assert publish(made, data)[0] == 0
    assert of_file(published_path(data)) == of_file(published_path(refreshed.copy))
    reported = [CliRunner().invoke(main, ["report", "--data-dir", str(one)]) for one in (data, refreshed.copy)]
    assert reported[0].exit_code == 0
    assert reported[0].stdout == reported[1].stdout


def test_what_is_not_whole_is_named_and_publishes_nothing(made: Path, refreshed: RefreshedDemo, tmp_path: Path) -> None:
    code, said = publish(tmp_path, tmp_path / "cluster")
    assert code == 1
    assert "has no Parquet files" in said
    assert not published_path(tmp_path / "cluster").exists()
    code, said = publish(made, refreshed.copy)
    assert code == 1
    assert "has a landing" in said

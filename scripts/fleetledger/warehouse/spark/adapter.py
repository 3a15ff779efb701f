"""dbt's adapter for Spark that has the models, which are written for DuckDB, translated.

It is dbt-spark's own, with the macros in include/: what is compiled goes through `for_spark` before it is run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dbt.adapters.base import AdapterPlugin
from dbt.adapters.base.meta import available
from dbt.adapters.spark import SparkAdapter, SparkConnectionManager, SparkCredentials
from dbt.adapters.spark.connections import SparkConnectionMethod

from fleetledger.base.paths import data_dir
from fleetledger.warehouse.spark.landing import statements_that_show_landing
from fleetledger.warehouse.spark.sql import SETTINGS, Step, for_spark, in_steps, of_thrift, text_of

TYPE = "fleetledger_spark"


@dataclass
class Credentials(SparkCredentials):
    """A profile of dbt-spark's, with the settings under which the SQL means what it means to DuckDB."""

    host: str = "localhost"
    schema: str = "main"

    def __post_init__(self) -> None:
        """Add the settings; what a session of its own makes lies in the data directory."""
        super().__post_init__()
        if self.method == SparkConnectionMethod.SESSION:
            tables = data_dir() / "spark"
            tables.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.server_side_parameters.setdefault("spark.sql.warehouse.dir", str(tables))
        self.server_side_parameters |= SETTINGS
        if self.method in (SparkConnectionMethod.THRIFT, SparkConnectionMethod.HTTP):
            named = of_thrift(self.server_side_parameters)
            self.server_side_parameters.clear()
            self.server_side_parameters.update(named)

    @property
    def type(self) -> str:
        """The name of the adapter."""
        return TYPE


class Connections(SparkConnectionManager):
    """dbt-spark's connections."""

    TYPE = TYPE


class Adapter(SparkAdapter):
    """What the macros in include/ ask, beside what dbt-spark's do."""

    ConnectionManager = Connections

    @classmethod
    def get_adapter_run_info(cls, config: object) -> object:
        """What dbt makes of the name of the class, which would have to be the adapter's."""
        return SparkAdapter.get_adapter_run_info(config)

    @available
    def for_spark(self, sql: str) -> str:
        """A compiled query as Spark understands it."""
        return for_spark(sql)

    @available
    def in_steps(self, sql: str, model: str) -> tuple[list[Step], str]:
        """The steps that a long query is made in, and the query that is left."""
        return in_steps(sql, model)

    @available
    def texts_for_spark(self, rows: Iterable[Sequence[object]]) -> str:
        """Rows of a seed as texts, for `values`."""
        texts = (", ".join(text_of(None if value is None else str(value)) for value in row) for row in rows)
        return ", ".join(f"({row})" for row in texts)

    @available
    def statements_that_show_landing(self) -> list[str]:
        """Statements after which the schema `landing` shows what is landed."""
        return statements_that_show_landing(data_dir())


Plugin = AdapterPlugin(
    adapter=Adapter,
    credentials=Credentials,
    include_path=str(Path(__file__).parent / "include"),
    dependencies=["spark"],
    project_name="dbt_fleetledger_spark",
)

"""Where dbt finds the warehouse, and what is landed: a plugin of dbt-duckdb that profiles.yml names.

It is opened in the data directory that the command `fleetledger` would use. A profile that said so itself, by
`env_var`, would be another one for each data directory, and dbt parses a project anew for each profile, which takes ten
times as long as reading what it parsed before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin

from fleetledger.base.paths import data_dir, warehouse_path
from fleetledger.warehouse.landing_views import show_landing

if TYPE_CHECKING:
    import duckdb


class Plugin(BasePlugin):
    """What dbt-duckdb asks before it connects, and when it has."""

    def update_connection_config(self, creds: DuckDBCredentials, config: dict[str, Any]) -> None:
        """Have it connect to the warehouse; its directory is made if it is not there, for its owner only."""
        data = data_dir()
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        creds.path = str(warehouse_path(data))

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Have the schema `landing` show what is landed now: exactly the files that the manifests name."""
        show_landing(conn, data_dir())

"""Where dbt finds the warehouse: a plugin of dbt-duckdb that profiles.yml names.

It is opened in the data directory that the command `fleetledger` would use. A profile that said so itself, by
`env_var`, would be another one for each data directory, and dbt parses a project anew for each profile, which takes ten
times as long as reading what it parsed before.
"""

from __future__ import annotations

from typing import Any

from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin

from fleetledger.base.paths import data_dir, warehouse_path


class Plugin(BasePlugin):
    """What dbt-duckdb asks before it connects."""

    def update_connection_config(self, creds: DuckDBCredentials, config: dict[str, Any]) -> None:
        """Have it connect to the warehouse; its directory is made if it is not there, for its owner only."""
        data = data_dir()
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        creds.path = str(warehouse_path(data))

"""Where dbt looks for the adapter that a profile names."""

from fleetledger.warehouse.spark.adapter import Plugin

__all__ = ["Plugin"]

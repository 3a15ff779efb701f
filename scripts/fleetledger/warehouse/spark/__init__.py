"""The models on Spark: the adapter for dbt, and what translates their SQL. Wants the extra `fleetledger[spark]`."""

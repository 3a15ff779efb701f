"""dbt prints it."""

from fleetledger import __version__ as version

__all__ = ["version"]

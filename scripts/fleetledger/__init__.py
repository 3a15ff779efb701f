"""fleetledger: cross-fleet analytics for coding agents."""

__version__ = "0.2.0"

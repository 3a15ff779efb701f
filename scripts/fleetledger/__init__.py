"""fleetledger: cross-fleet analytics for coding agents."""

__version__ = "0.1.0"

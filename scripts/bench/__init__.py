"""The benchmark of README and docs/benchmarks.md: `make bench`."""

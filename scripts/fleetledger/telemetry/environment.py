"""What Claude Code has to be told for it to send telemetry here."""

from __future__ import annotations

import json
from collections.abc import Mapping

SHELLS = ("bash", "zsh", "fish", "settings")
PROTOCOLS = ("http/protobuf", "http/json", "grpc")


def variables(endpoint: str, protocol: str, *, traces: bool) -> dict[str, str]:
    """The environment variables, in the order in which they are explained."""
    found = {
        "CLAUDE_CODE_ENABLE_TELEMETRY": "1",
        "OTEL_METRICS_EXPORTER": "otlp",
        "OTEL_LOGS_EXPORTER": "otlp",
        "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
        "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
    }
    if traces:
        found |= {"OTEL_TRACES_EXPORTER": "otlp", "CLAUDE_CODE_ENHANCED_TELEMETRY_BETA": "1"}
    return found


def written(values: Mapping[str, str], shell: str) -> str:
    """The variables as commands of a shell, or as the part of a settings file. The values hold no quotes.

    >>> written({"A": "1"}, "fish")
    'set -gx A "1"'
    """
    if shell == "settings":
        return json.dumps({"env": dict(values)}, indent=2)
    form = 'set -gx {} "{}"' if shell == "fish" else 'export {}="{}"'
    return "\n".join(form.format(name, value) for name, value in values.items())

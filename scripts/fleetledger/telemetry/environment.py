"""What Claude Code has to be told for it to send telemetry here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from fleetledger.base.errors import FleetledgerError, why

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


def complaints(values: Mapping[str, str]) -> list[str]:
    """Why a client with this environment sends nothing, or not all of it.

    >>> complaints({"CLAUDE_CODE_ENABLE_TELEMETRY": "1", "OTEL_LOGS_EXPORTER": "otlp", "OTEL_METRICS_EXPORTER": "otlp"})
    ['nothing is sent: OTEL_EXPORTER_OTLP_PROTOCOL is not set, and has no default']
    """
    if values.get("CLAUDE_CODE_ENABLE_TELEMETRY", "").lower() not in ("1", "true", "yes", "on"):
        return ["telemetry is off: CLAUDE_CODE_ENABLE_TELEMETRY is not 1"]
    found = []
    for signal, what in (("LOGS", "events"), ("METRICS", "metrics")):
        if "otlp" not in values.get(f"OTEL_{signal}_EXPORTER", "").split(","):
            found.append(f"no {what} are sent: OTEL_{signal}_EXPORTER is not otlp")
        elif not _of_signal(values, signal, "PROTOCOL"):
            found.append("nothing is sent: OTEL_EXPORTER_OTLP_PROTOCOL is not set, and has no default")
        elif not _of_signal(values, signal, "ENDPOINT"):
            found.append("nothing is sent here: OTEL_EXPORTER_OTLP_ENDPOINT is not set")
    return list(dict.fromkeys(found))


def endpoints(values: Mapping[str, str]) -> list[str]:
    """Where a client with this environment sends its events and metrics.

    >>> endpoints({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://a", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "http://b/v1/logs"})
    ['http://b/v1/logs', 'http://a']
    """
    named = [_of_signal(values, signal, "ENDPOINT") for signal in ("LOGS", "METRICS")]
    return list(dict.fromkeys(filter(None, named)))


def _of_signal(values: Mapping[str, str], signal: str, name: str) -> str | None:
    return values.get(f"OTEL_EXPORTER_OTLP_{signal}_{name}") or values.get(f"OTEL_EXPORTER_OTLP_{name}")


def settings_of(directory: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of a client that is configured in a directory: what its settings file sets wins.

    Raises FleetledgerError where the file cannot be read.
    """
    path = directory / "settings.json"
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return dict(environ)
    except (OSError, ValueError) as error:
        reason = why(error) if isinstance(error, OSError) else "it is no JSON"
        raise FleetledgerError(f"{path}: cannot read the settings: {reason}") from error
    own = settings.get("env") if isinstance(settings, dict) else None
    return {**environ, **{name: str(value) for name, value in own.items()}} if isinstance(own, dict) else dict(environ)

"""OTLP over gRPC: the Export calls of the three services. It needs grpcio, which comes with `fleetledger[grpc]`."""

from __future__ import annotations

import hmac
from typing import Any

from fleetledger.base.errors import FleetledgerError
from fleetledger.telemetry.answers import success
from fleetledger.telemetry.intake import Intake
from fleetledger.telemetry.requests import PROTOBUF_BYTES, RefusedError

try:
    import grpc
    import grpc.aio
except ImportError as error:
    raise FleetledgerError("gRPC needs the package grpcio: pip install 'fleetledger[grpc]'") from error

SERVICES = {
    "opentelemetry.proto.collector.logs.v1.LogsService": "logs",
    "opentelemetry.proto.collector.metrics.v1.MetricsService": "metrics",
    "opentelemetry.proto.collector.trace.v1.TraceService": "traces",
}
_CODES = {
    401: grpc.StatusCode.UNAUTHENTICATED,
    413: grpc.StatusCode.RESOURCE_EXHAUSTED,
    429: grpc.StatusCode.UNAVAILABLE,
    503: grpc.StatusCode.UNAVAILABLE,
}
"""To UNAVAILABLE clients answer by trying again; to RESOURCE_EXHAUSTED only where the answer says when."""


async def begin(intake: Intake, host: str, port: int, token: str | None) -> tuple[grpc.aio.Server, int]:
    """A server that has begun, and its port. Raises FleetledgerError where it cannot listen."""
    server = grpc.aio.server(
        options=[("grpc.max_receive_message_length", PROTOBUF_BYTES), ("grpc.so_reuseport", 0)],
        maximum_concurrent_rpcs=64,
    )
    for service, signal in SERVICES.items():
        handler = grpc.unary_unary_rpc_method_handler(_export(intake, signal, token))
        server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(service, {"Export": handler})])
    try:
        bound = server.add_insecure_port(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
    except RuntimeError as error:
        raise FleetledgerError(f"cannot listen on {host} port {port} for gRPC") from error
    await server.start()
    return server, bound


def _export(intake: Intake, signal: str, token: str | None) -> Any:  # noqa: ANN401 (grpcio has no types)
    async def export(body: bytes, context: Any) -> bytes:  # noqa: ANN401 - grpc has no types
        try:
            _admit(context, token)
            with intake.hold() as hold:
                hold.add(len(body))
                kept = await intake.keep(signal, body, is_protobuf=True)
        except RefusedError as refused:
            intake.refuse(signal, refused)
            await context.abort(_CODES.get(refused.status, grpc.StatusCode.INVALID_ARGUMENT), refused.message)
            raise
        return success(signal, kept, is_protobuf=True)

    return export


def _admit(context: Any, token: str | None) -> None:  # noqa: ANN401 - grpc has no types
    given = dict(context.invocation_metadata() or ()).get("authorization", "")
    if token is not None and not hmac.compare_digest(str(given).encode(), f"Bearer {token}".encode()):
        raise RefusedError(401, "the metadata must hold authorization: `Bearer` and the server's token")

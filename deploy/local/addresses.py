"""Which ports the parts of a stack get, and whether they can have them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from deploy.local import ports
from deploy.local.errors import PortInUseError
from deploy.local.options import DEFAULT_PORTS, LAST_PORT, PORT_SETTINGS, Options
from deploy.local.record import Record
from deploy.local.servers import Part

# Which part listens on which of the ports.
LISTENERS: dict[str, Part] = {"kafka": "kafka", "controller": "kafka", "postgres": "postgres"}


def choose(options: Options, known: Record) -> dict[str, int]:
    """What runs keeps its ports, and so does what crashed; then what was asked for counts, then the defaults."""
    chosen: dict[str, int] = {}
    for name, asked in options.ports.items():
        keep = known.ports.get(name) if known.alive or not asked else None
        port = keep or (_default(name, options) if asked is None else asked)
        chosen[name] = port or ports.pick(frozenset(chosen.values()))
    return chosen


def _default(name: str, options: Options) -> int:
    """The controller's port goes with the broker's, so that a second stack needs two settings and not three. 0: any free one."""
    if name == "controller" and options.kafka_port is not None:
        return 0 if options.kafka_port in {0, LAST_PORT} else options.kafka_port + 1
    return DEFAULT_PORTS[name]


def check(parts: Collection[Part], chosen: Mapping[str, int]) -> None:
    """See that the ports of these parts are free.

    Raises:
        PortInUseError: one of them is somebody else's.
    """
    for name, part in LISTENERS.items():
        if part in parts and not ports.is_free(chosen[name]):
            holder = ports.holder(chosen[name]) or "another process"
            raise PortInUseError(
                f"port {chosen[name]}, wanted for {name}, is in use by {holder}",
                f"stop it, or choose another port with {PORT_SETTINGS[name]} (0 takes any free one)",
            )

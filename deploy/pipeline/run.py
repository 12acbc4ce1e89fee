"""Daybook as a whole on this machine: the stack and the three services, started in order and stopped in the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.local import stack as local
from deploy.local.options import Options
from deploy.local.stack import Stack
from deploy.pipeline.prepare import prepare
from deploy.pipeline.processes import Processes
from deploy.pipeline.services import ServiceCard, service_cards

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Daybook:
    """A running Daybook: where its servers and its services are."""

    stack: Stack
    services: tuple[ServiceCard, ...]

    def address(self, name: str) -> str:
        """Where a service answers over HTTP."""
        return next(card.address for card in self.services if card.name == name)

    def missing(self) -> list[str]:
        """What should run and does not."""
        running = local.running(self.stack.state)
        servers = [] if running else ["Kafka or Postgres"]
        known = Processes(self.stack.state).known()
        return servers + [card.name for card in self.services if card.name not in known]


def start(options: Options, say: Say) -> Daybook:
    """Bring everything up; what runs already stays.

    Raises:
        StackError: with what is wrong and what to do.
    """
    stack = local.start(options, say)
    processes = Processes(stack.state)
    services = processes.settled(service_cards())
    asyncio.run(prepare(stack.kafka, stack.dsn("admin"), services, say))
    for card in services:
        processes.start(card, environment(stack, card))
    processes.wait_ready(services, say)
    return Daybook(stack, services)


def stop(state: Path, say: Say) -> bool:
    """Stop the services, then the stack; what they kept stays. False: nothing ran."""
    state = state.expanduser().absolute()
    processes = Processes(state)
    ran = bool(processes.known())
    processes.stop(say)
    return local.stop(state, say) or ran


def environment(stack: Stack, card: ServiceCard) -> dict[str, str]:
    """The settings that a service needs to find its servers."""
    return {"DAYBOOK_KAFKA": stack.kafka, "DAYBOOK_DSN": stack.dsn(card.name)}

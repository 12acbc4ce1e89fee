"""Daybook as a whole on this machine: the stack and the services, started in order and stopped in the other."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.local import stack as local
from deploy.local.errors import StackError
from deploy.local.options import Options
from deploy.local.stack import Stack
from deploy.local.state import READER
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


def is_up(state: Path) -> bool:
    """Whether something of a Daybook runs in this state folder."""
    state = state.expanduser().absolute()
    return bool(Processes(state).known()) or local.running(state) is not None


def start(options: Options, say: Say) -> Daybook:
    """Bring everything up; what runs already stays. What a start that fails had begun is stopped again.

    Raises:
        StackError: with what is wrong and what to do.
    """
    was_up = is_up(options.state)
    try:
        return _start(options, say)
    except BaseException:
        if not was_up:
            _stop_what_began(options.state, say)
        raise


def _stop_what_began(state: Path, say: Say) -> None:
    with contextlib.suppress(StackError):  # the folder itself may be what is wrong: the first error says so
        stop(state, say)


def _start(options: Options, say: Say) -> Daybook:
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
    servers = {"DAYBOOK_KAFKA": stack.kafka, "DAYBOOK_DSN": stack.dsn(card.name)}
    return servers | ({"DAYBOOK_READER_DSN": stack.dsn(READER)} if card.asked else {})

"""Where the services of this folder's stack answer: commands find what `daybook up` or `daybook demo` started."""

from __future__ import annotations

import os


def address(service: str) -> str:
    """The address of a service that runs here; of one that does not, where it would answer."""
    from deploy.local.errors import StackError
    from deploy.local.options import from_env
    from deploy.pipeline.processes import Processes
    from deploy.pipeline.services import service_cards

    try:
        cards = Processes(from_env(os.environ).state).settled(service_cards())
    except StackError:
        cards = service_cards({})  # a wrong setting is told by the command that needs it
    return next(card.address for card in cards if card.name == service)


def ingestor() -> str:
    """Where the ingestor answers."""
    return address("ingestor")


def normalizer() -> str:
    """Where the normalizer answers."""
    return address("normalizer")


def timeline() -> str:
    """Where the timeline answers."""
    return address("timeline")


def webhooks() -> str:
    """Where webhooks are registered."""
    return address("webhooks")

"""The stack that a command works on: the one that runs here, or the servers that the environment names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deploy.local.stack import Stack
    from services.chassis.settings import Settings


def running() -> Stack:
    """The stack of this folder.

    Raises:
        UnreachableError: none runs.
    """
    from deploy.local import stack
    from deploy.local.errors import UnreachableError
    from deploy.local.options import from_env

    found = stack.running(from_env(os.environ).state)
    if found is None:
        raise UnreachableError("no Daybook runs here", "start it with `daybook up`, or name its folder with DAYBOOK_STATE")
    return found


def kafka() -> str:
    """The broker named by the environment, else that of the running stack.

    Raises:
        UnreachableError: there is neither.
    """
    from deploy.local.errors import UnreachableError
    from deploy.local.options import from_env
    from deploy.local.stack import running as running_in

    options = from_env(os.environ)
    if options.kafka:
        return options.kafka
    found = running_in(options.state)
    if found is None:
        raise UnreachableError("no Kafka runs here", "start one with `daybook up`, or name one with DAYBOOK_KAFKA")
    return found.kafka


def settings_of(stack: Stack, service: str) -> Settings:
    """The settings that a service of this stack would have; whatever else the environment says counts too."""
    from pydantic import SecretStr

    from services.chassis.settings import Settings

    return Settings(kafka=stack.kafka, dsn=SecretStr(stack.dsn(service)))

"""The settings of the normalizer: those of every service, and how long it may take over one article."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.chassis.settings import Settings


class NormalizerSettings(Settings):
    """Reading is linear and the longest article bounded, so that only a fault of the rules ever meets this limit."""

    read_seconds: Annotated[
        float, Field(gt=0, description="most processor time for reading one article; one that takes longer goes to quarantine")
    ] = 60.0

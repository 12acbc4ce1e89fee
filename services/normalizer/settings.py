"""The settings of the normalizer: those of every service, how long it may take over one article, and who may give editors' commands."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.chassis.settings import Settings


class NormalizerSettings(Settings):
    """Reading is linear and the longest article bounded, so that only a fault of the rules ever meets this limit."""

    read_seconds: Annotated[
        float, Field(gt=0, description="most processor time for reading one article; one that takes longer goes to quarantine")
    ] = 60.0
    ruleset: Annotated[
        str,
        Field(
            min_length=1,
            description="the rules that articles are read by: current, or a folder whose files take the place of installed ones",
        ),
    ] = "current"
    editor_keys: Annotated[
        str, Field(description="SHA-256 of each editor's API key, in hexadecimal, comma-separated; needed to edit from beyond loopback")
    ] = ""
    editor_keys_file: Annotated[
        str, Field(description="a file with more of them, one a line, and then the editor whose key it is; # opens a comment")
    ] = ""

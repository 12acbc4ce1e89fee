"""`Genesis`: the first record of each partition of a log."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import Model


class Genesis(Model):
    """Names the log, so that a topic that was deleted and made anew is noticed, not spliced."""

    log_uuid: Annotated[str, Field(description="made anew whenever the log is: another uuid is another history")]
    topic: Annotated[str, Field(description="the topic that it opens")]
    partition: Annotated[int, Field(description="the partition that it opens")]

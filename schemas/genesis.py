"""`Genesis`: the first record of each partition of a log."""

from __future__ import annotations

from schemas.base import Model


class Genesis(Model):
    """Names the log, so that a topic that was deleted and made anew is noticed, not spliced."""

    log_uuid: str
    topic: str
    partition: int

"""Every metric that Daybook exposes, in one place."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

APPLIED = Counter("daybook_records_applied", "Records applied by a follower", ["follower", "topic"])
REPEATED = Counter("daybook_records_repeated", "Records dropped because their number was already applied", ["follower", "topic"])
QUARANTINED = Counter("daybook_records_quarantined", "Records set aside for good", ["follower", "topic"])
FENCED = Counter("daybook_fenced", "Transactions that were rolled back because another owner had taken over", ["follower"])
RETRIED = Counter("daybook_retries", "Transactions tried again after a fault that may pass", ["follower"])
HALTED = Gauge("daybook_halted", "1 while a follower has halted", ["follower"])
COMMIT_SECONDS = Histogram("daybook_commit_seconds", "Time of one transaction of a follower", ["follower"])
RELAYED = Counter("daybook_records_relayed", "Records of the outbox acknowledged by Kafka", ["service", "topic"])
OUTBOX_PENDING = Gauge("daybook_outbox_pending", "Records in the outbox that Kafka has not acknowledged", ["service"])

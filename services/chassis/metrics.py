"""Every metric that Daybook exposes, in one place."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

APPLIED = Counter("daybook_records_applied", "Records applied by a follower", ["follower", "topic"])
REPEATED = Counter("daybook_records_repeated", "Records dropped because their number was already applied", ["follower", "topic"])
QUARANTINED = Counter("daybook_records_quarantined", "Records set aside for good", ["follower", "topic"])
ASIDE = Gauge("daybook_quarantine_waiting", "Records of a follower that wait in quarantine, to be tried again or given up", ["follower"])
FENCED = Counter("daybook_fenced", "Transactions that were rolled back because another owner had taken over", ["follower"])
RETRIED = Counter("daybook_retries", "Transactions tried again after a fault that may pass", ["follower"])
HALTED = Gauge("daybook_halted", "1 while a follower has halted", ["follower"])
COMMIT_SECONDS = Histogram("daybook_commit_seconds", "Time of one transaction of a follower", ["follower"])
RELAYED = Counter("daybook_records_relayed", "Records of the outbox acknowledged by Kafka", ["service", "topic"])
OUTBOX_PENDING = Gauge("daybook_outbox_pending", "Records in the outbox that Kafka has not acknowledged", ["service"])
WEBHOOKS = Gauge("daybook_webhooks", "Addresses that are registered, by state", ["state"])
WEBHOOK_DELIVERIES = Counter(
    "daybook_webhook_deliveries", "Attempts, by what came of them: delivered, failed or dead", ["webhook", "outcome"]
)
WEBHOOK_SECONDS = Histogram("daybook_webhook_seconds", "Time of one attempt, to its answer")
WEBHOOK_WAITING = Gauge("daybook_webhook_waiting", "Deliveries that wait or are under way")
WEBHOOK_DEAD = Gauge("daybook_webhook_dead", "Dead letters: deliveries that were given up, and that nobody has redelivered or discarded")
WEBHOOK_BEHIND = Gauge("daybook_webhook_behind", "Addresses times partitions that still read the log for themselves")

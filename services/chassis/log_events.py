"""Every event that Daybook logs, by name: what it means, and what an operator may do about it."""

from __future__ import annotations

LOG_EVENTS: dict[str, str] = {
    "started": "the process runs; `http` is where it answers",
    "stop_forced": "a server did not answer while the process was stopping, which it now does at once; nothing acknowledged is lost",
    "stopped": "the process ended gracefully",
    "interrupted": "Ctrl-C",
    "service_halted": "the process ended because going on would do harm; the reason says why. Mend it, then start again",
    "partitions_assigned": "a follower owns these partitions and goes on at these offsets",
    "fenced": "another process has taken over these partitions; this one rolled back and let go",
    "follower_halted": "going on would corrupt the projection, or a bug; the reason says which, and readiness too. Mend it, then restart",
    "record_quarantined": "a record can never be applied; it is on `<topic>.quarantine` with its bytes, and later records of its key wait",
    "record_redriven": "a record that was set aside has been applied, as an operator asked",
    "redriving_waits": "Postgres or Kafka is away, so that nothing of quarantine can be tried again for the moment",
    "record_refused_again": "a record that an operator wanted tried again still can't be applied; it stays where it is, with its key",
    "relay_waiting": "Kafka or Postgres is away; the outbox keeps what is to be published, and the relay tries again",
    "generation_followed": "a copy of the timeline that a rebuild has filled is followed from now on",
    "generation_left": "a copy of the timeline was dropped, and is followed no longer",
    "faults_planned": "DAYBOOK_FAULTS is set: this process will kill or freeze itself. For tests only",
    "worker_died": "a process that cuts pages ended in the middle of one, by a signal if `code` is negative; another takes its place",
    "page_not_cut": "a page is in quarantine because cutting it took too long, killed its process twice or met a bug; `why` says which",
    "page_taken": "a page's articles are durable",
    "postgres_away": "the ingestor could not store a page and asked the sender to come back",
    "postgres_unavailable": "the timeline could not answer because Postgres is away",
    "question_too_slow": "a question exceeded the statement timeout and was given up",
}

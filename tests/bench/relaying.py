"""The outbox's relay, beside a bare producer that sends the same bytes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from aiokafka import AIOKafkaProducer
from pydantic import SecretStr

from deploy.local.stack import Stack
from schemas.envelope import Envelope, to_headers
from services.chassis.faults import Faults
from services.chassis.health import Health
from services.chassis.outbox import SQL, Outbox
from services.chassis.postgres import open_pool
from services.chassis.records import Outgoing
from services.chassis.relay import Relay
from services.chassis.settings import Settings
from tests.bench.ratios import Ratio, in_turn, median_ratio, seconds

TOPIC = "articles.raw.v1"
RECORDS, ROUNDS = 10_000, 5
VALUE = b"{" + b"x" * 2000 + b"}"
HEADERS = to_headers(Envelope(id="1", type="bench", source="bench", time=datetime(2024, 3, 4, tzinfo=UTC)))


async def measure(stack: Stack) -> list[Ratio]:
    """Records a second from the outbox into Kafka, appending included, to those of a bare producer."""
    settings = Settings(kafka=stack.kafka, dsn=SecretStr(stack.dsn("ingestor")))
    producer = AIOKafkaProducer(bootstrap_servers=stack.kafka, acks="all", enable_idempotence=True, linger_ms=5)
    await producer.start()
    async with await open_pool(settings, "ingestor") as pool:
        outbox = Outbox("ingestor", {TOPIC: 4}, [TOPIC])
        async with pool.acquire() as tx, tx.transaction():
            await outbox.open_logs(tx)
        relay = asyncio.create_task(Relay("ingestor", pool, settings, Health(), Faults()).run())

        async def relayed() -> None:
            for _ in range(RECORDS // 1000):
                async with pool.acquire() as tx, tx.transaction():
                    await outbox.append(tx, [Outgoing(TOPIC, b"%d" % n, VALUE, HEADERS, 1_709_542_800_000) for n in range(1000)])
            while await pool.fetchval(SQL["pending"]):
                await asyncio.sleep(0.002)

        async def bare() -> None:
            headers = [(name, value.encode()) for name, value in HEADERS.items()]
            sent = [await producer.send(TOPIC, VALUE, b"%d" % (n % 1000), headers=headers) for n in range(RECORDS)]
            await asyncio.gather(*sent)

        ours, theirs = await in_turn(lambda: seconds(relayed), lambda: seconds(bare), ROUNDS)
        relay.cancel()
    await producer.stop()
    rate = [RECORDS / s for s in ours], [RECORDS / s for s in theirs]
    return [
        median_ratio(
            "outbox and relay, records a second", ("commit to the outbox, then Kafka", rate[0]), ("a bare producer, same bytes", rate[1])
        )
    ]

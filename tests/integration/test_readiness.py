"""A service says that it is not ready when a server that it needs is silent, and recovers by itself."""

from __future__ import annotations

import asyncio
import os
import signal

import httpx
import psutil

from deploy.local.stack import Stack
from deploy.pipeline.processes import PLAIN_HTTP
from tests.support.service import ServiceProcess, eventually, service


async def parts(process: ServiceProcess) -> dict[str, str]:
    async with httpx.AsyncClient(verify=PLAIN_HTTP) as http:
        return dict((await http.get(f"{process.address}/readyz")).json()["parts"])


async def test_a_broker_that_stops_answering_is_seen_and_its_return_too(emptied: Stack) -> None:
    with service(emptied, "timeline") as process:
        await asyncio.to_thread(process.wait_ready)
        os.kill(emptied.pids["kafka"], signal.SIGSTOP)
        try:
            await eventually(lambda: _silent(process))
        finally:
            os.kill(emptied.pids["kafka"], signal.SIGCONT)
        await asyncio.to_thread(process.wait_ready)


async def _silent(process: ServiceProcess) -> bool:
    return (await parts(process))["kafka"].startswith("does not answer")


async def test_a_service_stops_in_time_though_postgres_is_silent(emptied: Stack) -> None:
    with service(emptied, "normalizer", STOP_SECONDS="2") as process:
        await asyncio.to_thread(process.wait_ready)
        frozen = [psutil.Process(emptied.pids["postgres"]), *psutil.Process(emptied.pids["postgres"]).children()]
        for one in frozen:
            one.suspend()
        try:
            process.process.terminate()
            await asyncio.to_thread(process.process.wait, 25)
        finally:
            for one in frozen:
                one.resume()

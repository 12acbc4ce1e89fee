"""What `daybook doctor` asks of the services: whether they are ready, and what wants seeing to."""

from __future__ import annotations

from pathlib import Path

import httpx

from deploy.local.checks import Check
from deploy.pipeline.processes import Processes, Running

SECONDS = 3.0


def examine(state: Path) -> list[Check]:
    """One check a service that was started."""
    path = state.expanduser().absolute()
    known = Processes(path).known()
    if not known:
        return [Check("services", "note", "not started", "`daybook up` starts them")]
    return [_check(name, running, path / "logs" / f"{name}.log") for name, running in known.items()]


def _check(name: str, running: Running, log: Path) -> Check:
    address = f"http://127.0.0.1:{running.port}"
    try:
        told = httpx.get(f"{address}/readyz", timeout=SECONDS).json()
        parts, notes = told["parts"], told.get("notes", {})
    except (httpx.HTTPError, ValueError, KeyError):
        return Check(name, "wrong", f"does not answer at {address}", f"see {log}")
    if not told["ready"]:
        waiting = "; ".join(f"{part}: {why}" for part, why in parts.items() if why != "ready")
        return Check(name, "wrong", waiting, f"mend that, then start it again if it says that it has halted; its log is {log}")
    if notes:
        return Check(name, "note", "; ".join(f"{part}: {note}" for part, note in notes.items()), "see to it; it does its work all the same")
    return Check(name, "ok", f"ready at {address}")

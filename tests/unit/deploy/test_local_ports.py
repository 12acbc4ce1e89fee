"""Ports of this machine."""

import os
import socket
from collections.abc import Iterator

import pytest

from deploy.local import ports
from deploy.local.addresses import check
from deploy.local.errors import PortInUseError


@pytest.fixture
def listener() -> Iterator[int]:
    with socket.create_server((ports.LOOPBACK, 0)) as server:
        yield server.getsockname()[1]


def test_a_port_that_somebody_listens_on_is_not_free_and_answers(listener: int) -> None:
    assert not ports.is_free(listener)
    assert ports.answers(listener)


def test_a_picked_port_is_free_and_does_not_answer() -> None:
    port = ports.pick()

    assert ports.is_free(port)
    assert not ports.answers(port)


def test_the_holder_of_a_port_is_named_with_its_process_id(listener: int) -> None:
    assert f"(pid {os.getpid()})" in str(ports.holder(listener))
    assert ports.holder(ports.pick()) is None


def test_a_taken_port_is_told_with_who_has_it_and_the_setting_that_moves_it(listener: int) -> None:
    with pytest.raises(PortInUseError, match=rf"port {listener}, wanted for postgres, .*pid {os.getpid()}") as refused:
        check({"postgres"}, {"kafka": listener, "controller": listener, "postgres": listener})

    assert "DAYBOOK_POSTGRES_PORT" in refused.value.todo


def test_ports_of_parts_that_run_already_are_not_looked_at(listener: int) -> None:
    check({"kafka"}, {"kafka": ports.pick(), "controller": ports.pick(), "postgres": listener})

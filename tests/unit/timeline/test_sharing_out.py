"""How a rebuild shares out the log, and what a projection's file holds."""

from __future__ import annotations

import re

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from services.chassis.errors import Halt
from services.chassis.settings import Settings
from services.timeline.generations.hands import Job, run, shares
from services.timeline.generations.names import Generation
from services.timeline.projections import Projection, discover

PARTITIONS = st.builds(TopicPartition, st.sampled_from(["events.summit.v1", "events.strike.v1"]), st.integers(0, 5))


@given(st.dictionaries(PARTITIONS, st.tuples(st.integers(0, 1000), st.integers(0, 1000))), st.integers(1, 4))
def test_each_partition_is_read_by_one_process_and_no_process_has_much_more_than_another(
    given_: dict[TopicPartition, tuple[int, int]], number: int
) -> None:
    until, reached = {at: sum(one) for at, one in given_.items()}, {at: one[0] for at, one in given_.items()}
    found = shares(until, reached, number)
    assert sorted(at for share in found for at in share) == sorted(until)
    assert len(found) <= number
    loads = [sum(until[at] - reached[at] for at in share) for share in found]
    longest = max((one[1] for one in given_.values()), default=0)
    assert all(load <= sum(loads) / number + longest + len(until) for load in loads)


def test_the_first_gets_more_by_what_it_reads_before_the_others_have_started() -> None:
    until = {TopicPartition("events.summit.v1", number): 100 for number in range(10)}
    own, other = shares(until, {}, 2, ahead=400)
    assert (len(own), len(other)) == (7, 3)


def test_a_job_is_told_with_all_that_it_needs() -> None:
    settings = Settings(kafka="127.0.0.1:1", dsn=SecretStr("postgres://it:secret@127.0.0.1/it"), batch_records=7)
    job = Job(settings, Generation(3, "booting", "shape"), {TopicPartition("events.summit.v1", 1): 9})
    assert Job.heard(job.told()) == job


@pytest.mark.parametrize("error", [Halt("the log has gone"), KafkaConnectionError("no broker")], ids=["a halt", "a broker that is away"])
async def test_what_ends_the_share_of_the_process_that_rebuilds_is_told_as_it_is(error: Exception) -> None:
    async def reads() -> None:
        raise error

    with pytest.raises(type(error), match=str(error)):
        await run([], lambda _: None, reads())


@pytest.mark.parametrize("projection", discover(), ids=lambda one: one.name)
def test_a_table_and_its_indexes_are_all_of_its_statements(projection: Projection) -> None:
    assert projection.unindexed.startswith(f"CREATE TABLE {projection.name} (")
    assert not re.search("CREATE (UNIQUE )?INDEX", projection.unindexed)
    assert len(projection.indexes) == len(re.findall("CREATE (?:UNIQUE )?INDEX", projection.tables))
    told = "".join([projection.unindexed, *projection.indexes.values()])
    assert sorted(re.sub(r"--.*|[\s;]", "", told)) == sorted(re.sub(r"--.*|[\s;]", "", projection.tables))


@pytest.mark.parametrize("projection", discover(), ids=lambda one: one.name)
def test_what_an_index_knows_a_plan_may_be_made_by(projection: Projection) -> None:
    passed_by = set(re.findall(r"ALTER COLUMN (\w+) SET STATISTICS 0", projection.tables))
    assert passed_by <= projection.columns.keys()
    indexed = re.findall(r"\w+", "".join([*projection.indexes.values(), *re.findall("PRIMARY KEY.*", projection.tables)]))
    assert not passed_by & set(indexed)

"""Answers are kept while the snapshot they are of is in use, and not a moment longer."""

import gc
from dataclasses import replace
from weakref import ref

from queries.counting.clumping import clumping
from queries.filters import Filters
from queries.kept import by_snapshot
from queries.records import of_rows


def test_an_answer_is_made_once_and_the_oldest_goes_first(register):
    snapshot, asked = register("place_code\n-----\nnorth"), []

    @by_snapshot(2)
    def answer(snapshot, name):
        asked.append(name)
        return name

    for name in ("a", "b", "a", "c", "a", "b"):
        assert answer(snapshot, name) == name
    assert asked == ["a", "b", "c", "b"]


def test_another_object_of_the_same_files_finds_the_answer_and_another_reader_or_other_records_do_not(register):
    snapshot, asked = register("purpose\n-------\nappeal\naccusation"), []

    @by_snapshot(9)
    def answer(snapshot):
        asked.append(snapshot.hidden)
        return len(asked)

    assert [answer(each) for each in (snapshot, replace(snapshot), snapshot.hide("purpose", ["accusation"]))] == [
        1,
        1,
        2,
    ]
    assert answer(replace(snapshot, records=of_rows({}))) == 3


def test_a_snapshot_nobody_reads_leaves_the_memory_with_its_answers(register):
    snapshot = register("is_repeat\n---------\nyes\nno")
    clumping(snapshot, Filters(), "repeat_share")
    there = ref(snapshot)
    del snapshot
    gc.collect()
    assert there() is None

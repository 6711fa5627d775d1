"""The stories rest on the fixture Bundles: every citation exists, every patient has a file and enough questions."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from fhir_fixtures import Question, Story, fixture_paths, load_stories

STORIES = load_stories()


def all_questions(story: Story) -> Iterator[Question]:
    for turns in story.conversations():
        yield from turns


@pytest.fixture(scope="module")
def references() -> set[str]:
    entries = [entry for path in fixture_paths() for entry in json.loads(path.read_bytes())["entry"]]
    return {f"{e['resource']['resourceType']}/{e['resource']['id']}" for e in entries}


@pytest.mark.parametrize("story", STORIES, ids=lambda s: s.patient)
def test_every_cited_record_is_in_the_fixtures(story: Story, references: set[str]) -> None:
    cited = {citation for question in all_questions(story) for citation in question.citations}
    assert cited <= references, sorted(cited - references)


@pytest.mark.parametrize("story", STORIES, ids=lambda s: s.patient)
def test_an_answer_with_values_that_are_not_an_absence_cites_something(story: Story) -> None:
    bare = [q.question for q in all_questions(story) if q.values not in ((), (False,), (0,)) and not q.citations]
    assert bare == []

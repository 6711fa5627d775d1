"""The fixture patients' own questions, follow-ups in their conversation. Knows nothing of how an answer is made."""

from __future__ import annotations

from evals.item import Atom, Gold, Item
from fhir_fixtures import Question, load_long_stories, load_stories
from fhir_fixtures.stories import Story


def load_items() -> list[Item]:
    """Every question of every story; those before it in its conversation come first, not graded."""
    return [
        _to_item(story, number, turns[: turn + 1])
        for story in (*load_stories(), *load_long_stories())
        for number, turns in enumerate(story.conversations(), 1)
        for turn in range(len(turns))
    ]


def _to_item(story: Story, number: int, turns: tuple[Question, ...]) -> Item:
    asked = turns[-1]
    return Item(
        id=f"{story.patient}-{number}-{len(turns)}",
        question=asked.question,
        patient=story.patient,
        gold=_to_gold(asked),
        as_of=asked.as_of or story.as_of,
        before=tuple(turn.question for turn in turns[:-1]),
        capability=story.patient,
        tags=frozenset({"follow-up"} if len(turns) > 1 else ()),
        note=asked.note,
    )


def _to_gold(asked: Question) -> Gold:
    if asked.status == "abstained":
        return Gold((), abstain=True)
    days = [v for v in asked.values if isinstance(v, str) and len(v) == len("2020-01-01") and v[4:5] == "-"]
    return Gold(
        asked.values,
        decimals=_decimals(asked.values),
        by_day=bool(days),
        references=frozenset(asked.citations),
    )


def _decimals(values: tuple[Atom, ...]) -> int | None:
    """How far the gold's own numbers are rounded."""
    written = [len(str(v).partition(".")[2]) for v in values if isinstance(v, float)]
    return max(written) if written else None

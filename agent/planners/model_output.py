"""What a model wrote, read as a decision: thinking is taken off and kept apart, and the rest has to be one decision.

Nothing is guessed: output that is no decision raises PlannerFormatError, whose text is sent back to the model.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from pydantic import ValidationError

from agent.decision import DECISION, CallTool, GiveAnswer
from agent.errors import PlannerFormatError

_CLOSING = re.compile(r"<unused95>|</think>")
_HEAD = re.compile(r"\s*(?:(?:<unused94>|<think>)\s*(?:thought\b)?|thought\b):?\s*", re.IGNORECASE)
"""How thinking begins, its mark kept or lost."""
_WITHIN = re.compile(r'(?:"\s*:|[\[,{])\s*\Z')
"""What stands before an object that is part of another."""
_ANSWER_MARK = re.compile(r"^\s*model_output\b:?", re.IGNORECASE | re.MULTILINE)
_TURN_MARK = re.compile(r"<(?:end_of_turn|eos|bos|start_of_turn)>(?:model\b)?")
_MOST_FAULTS = 5
_SHOWN = 80


@dataclass(frozen=True)
class ModelOutput:
    """One decision, and the thinking before it."""

    decision: CallTool | GiveAnswer
    thinking: str = ""


def parse_output(text: str, *, cut_off: bool = False) -> ModelOutput:
    """Read what a model wrote. Raises PlannerFormatError saying what is wrong with it.

    >>> parse_output('<unused94>thought\\nA lab.<unused95>{"action":"answer","status":"abstained"}').thinking
    'A lab.'
    """
    thinking, rest, ended = split_thinking(_TURN_MARK.sub("", text))
    objects = list(_find_objects(rest))
    if not objects:
        raise PlannerFormatError(_say_missing(rest, thinking, cut_off))
    if len(set(objects)) > 1 and ended:
        raise PlannerFormatError(f"{len(objects)} JSON objects were given; give one decision, and the next one later")
    return ModelOutput(_read_decision(objects[-1]), thinking)


def split_thinking(text: str) -> tuple[str, str, bool]:
    """The thinking, what comes after it, and whether the one is told from the other by a mark.

    >>> split_thinking("thought\\nGout? {}")
    ('Gout?', '{}', False)
    >>> split_thinking("model_output\\n{}")
    ('', '{}', True)
    """
    ends = [*_CLOSING.finditer(text), *_ANSWER_MARK.finditer(text)]
    if ends:
        last = max(ends, key=lambda mark: mark.end())
        return _without_head(_CLOSING.sub("", text[: last.start()])), text[last.end() :].strip(), True
    return _split_unmarked(text) if _HEAD.match(text) else ("", text.strip(), True)


def _split_unmarked(text: str) -> tuple[str, str, bool]:
    """Thinking that never ends may have a decision behind it; what stands in its midst is none."""
    objects = list(_find_spans(text))
    last = text[objects[-1][1] :].strip(" \n`") if objects else None
    if last != "":
        return _without_head(text), "", False
    start, end = objects[-1]
    return _without_head(text[:start]), text[start:end], False


def _without_head(thinking: str) -> str:
    plain = _HEAD.sub("", thinking, count=1) if _HEAD.match(thinking) else thinking
    return plain.removesuffix("```json\n").strip(" \n`")


def _find_objects(text: str) -> Iterator[str]:
    yield from (text[start:end] for start, end in _find_spans(text))


def _find_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where whole JSON objects stand in a text; not those within another, which may be broken."""
    decoder, at = json.JSONDecoder(), text.find("{")
    while at >= 0:
        end = at + 1
        if not _WITHIN.search(text[:at]):
            with suppress(ValueError, RecursionError):
                end = decoder.raw_decode(text, at)[1]
                yield at, end
        at = text.find("{", end)


def _say_missing(rest: str, thinking: str, cut_off: bool) -> str:
    if cut_off:
        return "the output was cut off before the decision was whole; write less"
    if rest:
        return f"the output holds no JSON object that can be read: it begins {rest[:_SHOWN]!r}"
    return "the thinking did not end in a decision" if thinking else "the output was empty"


def _read_decision(text: str) -> CallTool | GiveAnswer:
    try:
        decision = DECISION.validate_json(text)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:_MOST_FAULTS])
        raise PlannerFormatError(f"the output does not fit the schema: {faults}") from None
    if isinstance(decision, GiveAnswer) and decision.status == "abstained":
        # What a model gives as its reason can't be checked against evidence, so it is not told.
        return GiveAnswer(status="abstained")
    return decision

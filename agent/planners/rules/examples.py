"""Examples: a class named beside some of its members ("a blood thinner like warfarin"), written as the class alone."""

from __future__ import annotations

import re

from agent.planners.rules.concepts import names_a_class
from tools.chart_query import Kind
from tools.concepts.drug_classes import drug_class
from tools.concepts.known import known_kinds
from tools.concepts.reading import has_row
from tools.concepts.words import fold

_SAME = r"[\w-]+(?:(?:, (?:or |and )?| or | and )[\w-]+)*"
_LIKE = re.compile(
    rf"(?P<of>\b[\w-]+(?: [\w-]+){{0,3}}),? (?:like|such as|e\.?g\.?,?|for (?:example|instance),?) (?P<such>{_SAME})",
    re.IGNORECASE,
)
_OTHER = re.compile(
    rf"\b(?P<such>{_SAME}),? or (?:another|(?:any |some )?other|a different) (?P<of>[\w-]+(?: [\w-]+){{0,3}})",
    re.IGNORECASE,
)
_SORT = re.compile(r"\b(?P<of>[A-Za-z]+)[- ](?:type|class|family)(?= [A-Za-z])", re.IGNORECASE)
_SHARED = re.compile(
    r"\b(?P<one>[a-z]+),? (?P<join>or|and|and/or) (?P<other>[a-z]+) (?P<head>disorders?|diseases?|problems?|conditions?"
    r"|illness(?:es)?|cancers?)\b",
    re.IGNORECASE,
)


def name_classes(text: str) -> str:
    """A question in which a class stands without its examples; left as it is where they are none of it.

    >>> name_classes("Is she on a blood thinner like warfarin or heparin?")
    'Is she on a blood thinner?'
    >>> name_classes("Is he taking warfarin or another anticoagulant now?")
    'Is he taking anticoagulant now?'
    >>> name_classes("a heart or lung problem")
    'a heart problem or lung problem'
    >>> name_classes("a penicillin-type antibiotic"), name_classes("Would she like aspirin?")
    ('a penicillin antibiotic', 'Would she like aspirin?')
    """
    text = _SHARED.sub(_with_head, text)
    text = _SORT.sub(lambda m: m["of"] if names_a_class(m["of"]) else m[0], text)
    return _OTHER.sub(_without_others, _LIKE.sub(_without_such, text))


def _with_head(match: re.Match[str]) -> str:
    """Two names that share their last word, each with it: a mood or anxiety disorder."""
    one, other = (f"{match[name]} {match['head']}" for name in ("one", "other"))
    if not all(has_row(name, "conditions") for name in (one, other)):
        return match[0]
    return f"{one} {match['join']} {other}"


def _without_such(match: re.Match[str]) -> str:
    words = match["of"].split()
    for at in range(len(words)):
        if (such := _take_members(" ".join(words[at:]), match["such"])) is not None:
            return f"{match['of']}{such}"
    return match[0]


def _without_others(match: re.Match[str]) -> str:
    words = match["of"].split()
    sizes = range(len(words), 0, -1)
    if any(_take_members(" ".join(words[:size]), match["such"]) == "" for size in sizes):
        return match["of"]
    return match[0]


def _take_members(name: str, such: str) -> str | None:
    """What is left behind the examples of a class; None where the first is none of it, or the name names no class."""
    parts = re.split(r"((?:, (?:or |and )?| or | and ))", such)
    taken = 0
    while taken < len(parts) and _is_member(parts[taken], name):
        taken += 2
    return "".join(parts[taken - 1 :]) if 0 < taken < len(parts) else "" if taken else None


def _is_member(said: str, name: str) -> bool:
    holds = drug_class(fold(name))
    if holds is not None:
        return holds(said) != "no"
    return has_row(name, "conditions", loosely=False) and Kind.CONDITION in known_kinds(said)

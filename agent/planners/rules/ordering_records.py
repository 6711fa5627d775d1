"""A measured value that is to be recorded: what was measured, and the value as it was told. Every word, or nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.planners.rules.ordering_parts import Parts
from agent.planners.rules.ordering_said import Alias, Said
from tools.concepts.words import fold

_COMMAND = re.compile(
    r"\b(?:record|document|chart|log|file|enter|save|note down|put|add)\b(?! (?:review|shows?|says?|holds?))",
    re.IGNORECASE,
)
_ORDERS = re.compile(r"\b(?:order|refer|referral|prescribe|if)\b", re.IGNORECASE)
_UNIT = (
    r"(?:mm ?Hg|bpm|(?:beats|breaths)(?: per | ?/ ?)min(?:ute)?|/ ?min|°? ?[CF]\b|degrees?(?: (?:celsius|fahrenheit"
    r"|[CF]\b))?|kg|kilograms?|g|lbs?"
    r"|pounds|cm|centimet(?:er|re)s|inches|%|percent|mg/dL|mmol/L|L/min|mL|points|/ ?10\b|out of 10)"
)
_VALUE = re.compile(rf"\bQ\d+\b|(?<![\w.])\d+(?:\.\d+)?(?: ?/ ?\d+(?:\.\d+)?)?(?: ?{_UNIT})?(?![\w/])", re.IGNORECASE)
_FILLER = frozenset(
    fold(
        "i we the a an nurse staff have has had just now right currently recently measured measure took taken take "
        "checked got"
        " obtained weighed and it its this that which is was of for on in into to at as with patient s his her him "
        "their them please kindly"
        " help me can could would you us record document chart log file enter save note down put add reading value "
        "measurement result"
        " vital sign flowsheet ehr came back out read reads shows showed system new today thank thanks under"
    ).split()
)
_LONGEST = 5


@dataclass(frozen=True)
class Recorded:
    """A value somebody measured."""

    what: Alias
    value: str


def asks_to_record(parts: Parts) -> bool:
    """Whether something measured is to be written down, and nothing else is asked.

    >>> from agent.planners.rules.ordering_parts import split_instruction
    >>> [asks_to_record(split_instruction(text)) for text in ("Record a pulse of 88 bpm.", "What is the pulse?")]
    [True, False]
    """
    text = " ".join(parts.sentences)
    asks = any(
        re.match(r"(?:what|when|which|who|how|is|was|does|did|has)\b", s, re.IGNORECASE) for s in parts.sentences
    )
    return (
        not asks and _COMMAND.search(text) is not None and _VALUE.search(text) is not None and not _ORDERS.search(text)
    )


def read_record(parts: Parts, said: Said) -> Recorded | str:
    """What is to be recorded, or why that is not understood."""
    text = ", ".join(parts.sentences)
    values = list(_VALUE.finditer(text))
    if len(values) != 1:
        return "which value is to be recorded was not understood"
    words = fold(f"{text[: values[0].start()]} , {text[values[0].end() :]}").split()
    runs = sorted(
        ((start, size) for size in range(1, _LONGEST + 1) for start in range(len(words) - size + 1)),
        key=lambda r: -r[1],
    )
    for start, size in runs:
        alias = said.find(" ".join(words[start : start + size]), "vital")
        if alias is not None and not set(words[start : start + size]) & _VERBS:
            rest = set(words[:start] + words[start + size :]) - _FILLER - set(fold(alias.name).split())
            strange = ", ".join(sorted(rest))
            return (
                f"part of the instruction was not understood: {strange}"
                if rest
                else Recorded(alias, _told(parts, values[0]))
            )
    return "under which code it is to be recorded was not said"


_VERBS = _FILLER - {fold(w) for w in "system new out back".split()}  # noqa: SIM905


def _told(parts: Parts, value: re.Match[str]) -> str:
    return parts.unquote(value[0]).strip().rstrip(".")

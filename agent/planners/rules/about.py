"""About: what a query names, of outputs, drugs and cultures, whose records have names of several parts."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agent.planners.rules.concepts import Span, kinds_of, names_a_class
from agent.planners.rules.kinds import DRUGS, TREATED
from agent.planners.rules.sketch import Sketch
from tools.chart_query import Condition, Kind, Slot
from tools.concepts.known import known_kinds, names_a_culture, names_an_organism
from tools.concepts.words import fold

_CULTURED = {Kind.MICROBIOLOGY, Kind.SPECIMEN, Kind.LAB, Kind.OBSERVATION}
"""Kinds under which a chart holds cultures; another name beside them is an organism's."""

ANY_SUBSTANCE = (*DRUGS, Kind.ALLERGY, Kind.IMMUNIZATION, Kind.DEVICE, Kind.FAMILY_HISTORY)
"""Kinds of which a name may be of anything there is."""
_SORTS = re.compile(r"(?:or|er|id|ic|ive|ant|ent|ol|in|ine|ate|um|al|an|ist|gen|gent|blocker)s$", re.IGNORECASE)
"""How the plural of a sort of drug ends: a sort that no table holds, nothing can be denied of."""


def is_unknown_sort(name: str) -> bool:
    """Whether a name is of a sort of drug in the plural, and no table holds it.

    >>> is_unknown_sort("frobinators"), is_unknown_sort("beta blockers"), is_unknown_sort("metformin")
    (True, False, False)
    """
    return bool(_SORTS.search(name)) and not (known_kinds(name) or kinds_of((Span(0, 0, name),)))


def name_outputs(named: Iterable[Span]) -> tuple[str, ...]:
    """What is put out: by its name, or by its name with "output" where the chart has none of the name alone."""
    charted = {fold(name) for span in named for e in span.entries if e.kind is Kind.OUTPUT for name in e.names}
    return tuple(
        dict.fromkeys(
            name
            for span in named
            for name in ((span.text,) if fold(span.text) in charted else (span.text, f"{span.text} output"))
        )
    )


def name_treatments(
    sketch: Sketch, about: tuple[str, ...], where: list[Condition]
) -> tuple[tuple[str, ...], list[Condition]]:
    """Of drugs: those named, and what they are for: a class ("pain medication") where it is one, else a reason."""
    drugs, more = [], list(where)
    treated = [s.text for s in sketch.named if s.entries and {e.kind for e in s.entries} <= TREATED]
    for text in (*treated, *(s.text for s in sketch.reasons)):
        if names_a_class(f"{text} medication"):
            drugs.append(f"{text} medication")
        else:
            more.append(Condition(field=Slot.REASON, value=text))
    return tuple(dict.fromkeys((*(a for a in about if a not in treated), *drugs))), more


def split_specimens(
    named: Iterable[Span], where: list[Condition], of_test: bool
) -> tuple[tuple[str, ...], list[Condition]]:
    """Of cultures: the tests named, the specimens they are of, and what grew; by the name of a germ a test, too."""
    tests, more = [], list(where)
    for span in named:
        kinds = {e.kind for e in span.entries}
        if names_an_organism(span.text) and not (of_test and Kind.MICROBIOLOGY in kinds):
            more.append(Condition(field=Slot.ORGANISM, value=span.text))
        elif names_a_culture(fold(span.text)) and Kind.SPECIMEN not in kinds:
            tests.append(span.text)
        elif Kind.MICROBIOLOGY not in kinds and (span.names_organism or not kinds & _CULTURED):
            if names_a_class(span.text):
                continue
            more.append(Condition(field=Slot.ORGANISM, value=span.text))
        elif Kind.SPECIMEN in kinds and Kind.MICROBIOLOGY not in kinds:
            more.append(Condition(field=Slot.SPECIMEN, value=_as_charted(span)))
        else:
            tests.append(span.text)
    return tuple(dict.fromkeys(tests)), more


def _as_charted(span: Span) -> str:
    """A specimen as it is said, where the chart has it so; else in the singular."""
    charted = {name.casefold() for e in span.entries for name in e.names}
    return span.text if span.text.casefold() in charted else fold(span.text)

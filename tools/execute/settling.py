"""Settling: what a terminology server says of names that the tables leave open.

The server learns codes and a clinical name, never whose they are: a name that could tell of the patient is not sent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from tools.chart import ChartContext
from tools.chart_query import Kind
from tools.concepts.match import ConceptMatch, match_concepts
from tools.concepts.terminology import settle_match
from tools.concepts.words import fold
from tools.overview import build_entries, split_parts
from tools.records.reading_json import items
from tools.records.record import Record

_LONGEST = 80
_NUMBER = re.compile(r"\d[\d.\-/]{2,}")
"""Of three characters or more: a date, a telephone or a record number, not the 2 of "type 2 diabetes"."""


async def settle_names(
    chart: ChartContext, kind: Kind, about: Sequence[str], records: Sequence[Record]
) -> dict[str, ConceptMatch]:
    """By name, what each name means that the tables leave open, as far as the chart's terminology server settles it."""
    if chart.terminology is None:
        return {}
    entries = build_entries(kind, [*records, *split_parts(records)])
    matches = {term: match_concepts(term, kind, entries) for term in about}
    return {
        term: await settle_match(match, term, entries, chart.terminology)
        for term, match in matches.items()
        if match.undecided and is_clinical(term, _words_of(chart))
    }


def is_clinical(term: str, personal: frozenset[str]) -> bool:
    """Whether a name tells of no person: it is short, and holds no long number and no word of the patient's.

    >>> is_clinical("type 2 diabetes", frozenset({"rosa"})), is_clinical("Rosa's diabetes", frozenset({"rosa"}))
    (True, False)
    """
    words = set(re.findall(r"\w+", fold(term)))
    return len(term) <= _LONGEST and not _NUMBER.search(term) and not words & personal


def _words_of(chart: ChartContext) -> frozenset[str]:
    """Words of the patient's names and identifiers; shorter ones tell of nobody, and stand in "type 1"."""
    told = chart.patient_resource
    names = [name.get(part) for name in _dicts(told.get("name")) for part in ("text", "family", "given")]
    numbers = [identifier.get("value") for identifier in _dicts(told.get("identifier"))]
    texts = [str(text) for held in (*names, *numbers, chart.patient) for text in items(held)]
    return frozenset(word for text in texts for word in re.findall(r"\w{3,}", fold(text)))


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in items(value) if isinstance(item, dict)]

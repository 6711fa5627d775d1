"""Follow-up questions ("and the one before?", "who ordered it?") change the last query of the turn before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from agent.planners.planner import Turn
from agent.planners.rules.concepts import find_spans
from agent.planners.rules.cues import SLOTS, find_kind, find_slot
from tools.chart_query import ChartQuery, Compute, Kind, Pick, Slot
from tools.overview import Overview
from tools.time_window import find_time_phrases

_LEANS = re.compile(
    r"\b(?:it|that|this|those|them|one|ones|before|then|same)\b|^(?:and|what about|how about)\b", re.IGNORECASE
)
_SHORT = 5
_ORDERED = (Kind.MEDICATION, Kind.MEDICATION_ORDERED, Kind.ORDER)


def parse_follow_up(question: str, history: Sequence[Turn], overview: Overview) -> ChartQuery | None:
    """The last turn's query, changed as the question says; None where it stands on its own."""
    if not history or not history[-1].calls:
        return None
    last = history[-1].calls[-1]
    if last.tool != "query_chart":
        return None
    query = ChartQuery.model_validate(last.arguments)
    text = question.lower().strip(" ?.!")
    spans = find_spans(question, overview.index)
    words = text.split()
    leans = bool(_LEANS.search(text)) or len(words) <= _SHORT
    if not leans or (find_kind(text) is not None and not spans and "it" not in words and len(words) > _SHORT):
        return None
    if spans:
        kinds = [e.kind for e in spans[0].entries]
        kind = query.kind if query.kind in kinds else kinds[0]
        return query.model_copy(update={"about": tuple(s.text for s in spans), "kind": kind})
    changes = _changes(text, query)
    phrases = [p for _, _, p in find_time_phrases(question)]
    if phrases and not changes:
        changes["when"] = " ".join(phrases)
    return query.model_copy(update=changes) if changes else None


def _changes(text: str, query: ChartQuery) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if re.search(r"\bbefore\b|\bprevious\b|\bprior\b", text):
        skip = query.pick.skip + 1 if query.pick.which == "last" else 1
        return {"pick": Pick(which="last", skip=skip)}
    if re.search(r"\bfirst\b|\bearliest\b", text):
        changes["pick"] = Pick(which="first")
    elif re.search(r"\blast\b|\blatest\b|\bmost recent\b", text):
        changes["pick"] = Pick(which="last")
    if text.startswith("when"):
        return {**changes, "compute": Compute.TIME, "field": None}
    slot = find_slot(text, SLOTS)
    if slot is not None:
        who = slot in (Slot.PERFORMER, Slot.PRESCRIBER)
        slot = Slot.PRESCRIBER if who and query.kind in _ORDERED else Slot.PERFORMER if who else slot
        return {**changes, "compute": Compute.LIST, "field": slot}
    if re.search(r"how many", text):
        return {**changes, "compute": Compute.COUNT, "field": None}
    return changes

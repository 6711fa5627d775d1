"""Stay reasons: what a stay was for, where none is recorded: its diagnoses are told, and said to be that."""

from __future__ import annotations

from collections.abc import Iterable

from tools.chart_query import Anchor, ChartQuery, Kind, Slot, Stay
from tools.evidence import Finding


def diagnoses_of(query: ChartQuery) -> ChartQuery | None:
    """The diagnoses of the stay whose reason is asked after; of the last where none is singled out."""
    if query.kind is not Kind.HOSPITAL_STAY or query.field is not Slot.REASON or query.where or query.around:
        return None
    pick = query.pick
    if query.among is not None or query.during is not None or pick.skip or (pick.n > 1 and pick.which != "nth"):
        return None
    which = "last" if pick.which == "all" else pick.which
    stay = Stay(type="hospital", which=which, n=pick.n if which == "nth" else None, when=query.when)
    return ChartQuery(kind=Kind.CONDITION, during=stay)


def stays_with(query: ChartQuery) -> ChartQuery | None:
    """The stays with a diagnosis, where stays for it are asked after."""
    reasons = tuple(c.value for c in query.where if c.field is Slot.REASON)
    if query.kind is not Kind.HOSPITAL_STAY or not reasons or query.around is not None:
        return None
    rest = tuple(c for c in query.where if c.field is not Slot.REASON)
    around = Anchor(relation="same_stay", kind=Kind.CONDITION, about=reasons, pick="any")
    return query.model_copy(update={"where": rest, "around": around})


def tell_reasons(findings: Iterable[Finding]) -> str:
    """What is said beside an answer that gives diagnoses for reasons."""
    told = [f.query for f in findings if f.query is not None and (f.total or f.query.where)]
    beside = [q for query in told for q in (diagnoses_of(query), stays_with(query)) if q is not None and q in told]
    if not beside:
        return ""
    of = "these are" if beside[0].kind is Kind.CONDITION else "told by"
    return f"No reason for the stay is recorded; {of} the diagnoses made in it."

"""Follow-up questions ("and the one before?", "who ordered it?"): the turn before, changed as the question says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from agent.planners.planner import Turn
from agent.planners.rules.compose import STAYS, Parsed, compose_query, find_unread
from agent.planners.rules.concepts import kinds_of
from agent.planners.rules.focus import Ask
from agent.planners.rules.kinds import DRUGS, choose_kind
from agent.planners.rules.sketch import Sketch
from tools.chart_query import ChartQuery, Compute, Condition, Kind, Pick, Slot

_OPENS = re.compile(r"^(?:\| *)*(?:and|but|so|what about|how about|then)\b")
_EARLIER = ("before", "previous", "prior", "preceding", "earlier")
_MEASURES = (
    Compute.MAX,
    Compute.MIN,
    Compute.MEAN,
    Compute.CHANGE,
    Compute.TREND,
    Compute.INCREASED,
    Compute.DECREASED,
    Compute.CHANGED,
    Compute.IMPROVED,
    Compute.WORSENED,
    Compute.STABLE,
    Compute.RISE,
    Compute.FALL,
)
_ATTRIBUTES = (Compute.TIME, Compute.TIME_SINCE, Compute.NORMAL, Compute.DURATION)


def compose_follow_up(sketch: Sketch, history: Sequence[Turn]) -> Parsed | None:
    """The query of a question that leans on the turn before; None where it stands on its own."""
    last = _last_query(history)
    if last is None or not _leans(sketch):
        return None
    if fault := find_unread(sketch):
        return Parsed(reason=fault)
    if _says_nothing(sketch):
        return Parsed(reason="I did not understand what is asked.")
    if sketch.reasons or (sketch.leans and _asks_treatment(sketch, last)):
        return _treatment(sketch, last)
    if sketch.named:
        return Parsed((_other_name(sketch, last),))
    if (
        sketch.nouns
        and choose_kind(sketch) not in (last.kind, None)
        and not _same_family(choose_kind(sketch), last.kind)
    ):
        return Parsed((compose_query(sketch, sketch.asks[0], choose_kind(sketch) or last.kind),))
    return Parsed((_change(sketch, last, history[-1]),))


def _last_query(history: Sequence[Turn]) -> ChartQuery | None:
    """The last query of the turn before; of notes that were searched, the notes found."""
    calls = history[-1].calls if history else ()
    if not calls:
        return None
    if calls[-1].tool == "search_notes":
        return ChartQuery(kind=Kind.NOTE)
    return ChartQuery.model_validate(calls[-1].arguments) if calls[-1].tool == "query_chart" else None


def _leans(sketch: Sketch) -> bool:
    """Whether something is missing that the turn before can give."""
    of_person = sketch.patient_slots or sketch.asks[0].compute is Compute.AGE
    if sketch.foreign is not None or (of_person and not sketch.named and not sketch.leans):
        return False
    whole = bool(sketch.named or sketch.nouns or (sketch.stay is not None and sketch.stay.which != "any"))
    return not whole or sketch.leans or _OPENS.search(sketch.text) is not None


def _says_nothing(sketch: Sketch) -> bool:
    """Whether a question neither asks, nor points back, nor confines anything."""
    confines = (
        sketch.named, sketch.nouns, sketch.verbs, sketch.when, sketch.stay, sketch.around, sketch.where, sketch.states,
        sketch.picked, sketch.beside, sketch.unit, sketch.per, sketch.reasons, sketch.verdict,
    )  # fmt: skip
    return sketch.asks == (Ask(Compute.LIST),) and not sketch.leans and not any(confines)


def _same_family(one: Kind | None, other: Kind) -> bool:
    return one is other or (one in DRUGS and other in DRUGS)


def _asks_treatment(sketch: Sketch, last: ChartQuery) -> bool:
    """ "What does she take for it?" after a problem."""
    cues = (*sketch.nouns, *sketch.verbs)
    return last.kind is Kind.CONDITION and bool(last.about) and any(k in DRUGS for k in cues)


def _treatment(sketch: Sketch, last: ChartQuery) -> Parsed:
    kind = choose_kind(sketch) or Kind.MEDICATION
    query = compose_query(sketch, sketch.asks[0], Kind.MEDICATION if kind in DRUGS else kind)
    reasons = tuple(Condition(field=Slot.REASON, value=a) for a in last.about) if not sketch.reasons else ()
    return Parsed((query.model_copy(update={"where": (*query.where, *reasons)}),))


def _other_name(sketch: Sketch, last: ChartQuery) -> ChartQuery:
    """ "And the creatinine?": the same asked of something else."""
    if (verdict := _verdict_of(last)) is not None:
        asked = Condition(field=Slot.SUSCEPTIBILITY, value=f"{sketch.named[0].text}: {verdict}")
        return last.model_copy(update={"where": (*_without(last, Slot.SUSCEPTIBILITY), asked)})
    kinds = kinds_of(sketch.named)
    kind = last.kind if last.kind in kinds or not kinds else choose_kind(sketch) or last.kind
    query = compose_query(sketch, sketch.asks[0], kind)
    if _says_what(sketch) or (last.compute in (Compute.EXISTS,) and sketch.present):
        return query
    same = kind is last.kind or (kind in DRUGS and last.kind in DRUGS)
    kept: dict[str, Any] = {"compute": last.compute, "pick": query.pick if sketch.picked else last.pick} if same else {}
    if same and last.when and not query.when:
        kept["when"] = last.when
    if same and last.compute in (Compute.EXISTS, Compute.COUNT, Compute.LIST) and last.field is None:
        kept["where"] = tuple(dict.fromkeys((*(c for c in last.where if c.field is Slot.STATUS), *query.where)))
    return query.model_copy(update=kept) if last.compute not in _ATTRIBUTES else query


def _verdict_of(query: ChartQuery) -> str | None:
    """What was asked of one drug, and may be asked of another."""
    asked = next((c.value for c in query.where if c.field is Slot.SUSCEPTIBILITY), "")
    return asked.rpartition(": ")[2] if ": " in asked else None


def _without(query: ChartQuery, slot: Slot) -> tuple[Condition, ...]:
    return tuple(c for c in query.where if c.field is not slot)


def _says_what(sketch: Sketch) -> bool:
    """Whether the question itself says what is asked, and not only of what."""
    ask = sketch.asks[0]
    return ask.compute not in (Compute.LIST,) or ask.slot is not None


def _change(sketch: Sketch, last: ChartQuery, turn: Turn) -> ChartQuery:
    """The last query with what the question says put in its place."""
    ask = sketch.asks[0]
    if ask.compute is Compute.COUNT and last.kind in DRUGS and re.search(r"how (?:often|frequently)", sketch.text):
        ask = Ask(Compute.LIST, Slot.FREQUENCY)
    if sketch.beside in _EARLIER or (sketch.picked and sketch.pick.skip):
        return _beside(last, "before_previous_answer", "last", ask)
    if sketch.beside is not None:
        return _beside(last, "after_previous_answer", "first", ask)
    query = compose_query(sketch, _fit(ask, last), last.kind)
    confined = bool(query.when or query.where or sketch.picked or query.around or query.during)
    of_them = re.search(r"\b(?:them|those|these)\b", sketch.text) is not None
    counted = ask.compute is Compute.COUNT and not of_them
    of_it = sketch.present and last.pick.which == "last" and turn.citations
    if ask.compute is Compute.EXISTS and query.where and of_it:
        return query.model_copy(update={"about": last.about, "among": "previous_answer"})
    of_several = of_them or (last.pick.which == "all" and len(turn.citations) > 1)
    picks_anew = sketch.picked and not of_several and ask.compute in (Compute.LIST, Compute.VALUE, Compute.TIME)
    asks_anew = ask.compute in _MEASURES or counted or picks_anew or (ask.compute is Compute.EXISTS and confined)
    began = ask.first or (ask.compute is Compute.TIME and sketch.says_began)
    if began and last.kind not in STAYS:
        return query.model_copy(update={"about": last.about, "not_about": last.not_about, "pick": Pick(which="first")})
    if asks_anew or (_new_scope(sketch) and not of_them):
        return _rescope(query, last, ask)
    field = query.field or (last.field if not _says_what(sketch) else None)
    among = "previous_answer" if turn.citations else last.among
    update: dict[str, Any] = {"compute": query.compute, "field": field, "unit": query.unit, "among": among}
    contrary = turn.values in ((), (False,))
    update["where"] = tuple(c for c in last.where if not contrary or (not among and c.field is not Slot.STATUS))
    update["pick"] = sketch.pick if sketch.picked else Pick()
    if among:
        update |= {"when": None, "during": None, "around": None, "not_about": ()}
    return last.model_copy(update=update)


def _new_scope(sketch: Sketch) -> bool:
    return bool(sketch.when or sketch.stay or sketch.around)


def _rescope(query: ChartQuery, last: ChartQuery, ask: Ask) -> ChartQuery:
    """What the turn before was about, asked anew in another scope."""
    kept: dict[str, Any] = {"about": last.about, "not_about": last.not_about}
    if query.field is None and ask == Ask(Compute.LIST) and last.compute is Compute.LIST:
        kept["field"] = last.field
    if query.compute is Compute.LIST and last.compute is not Compute.LIST and ask == Ask(Compute.LIST):
        kept["compute"] = last.compute
        kept["where"] = (*query.where, *(c for c in last.where if c.field is Slot.VALUE))
    return query.model_copy(update=kept)


def _beside(last: ChartQuery, among: str, which: str, ask: Ask) -> ChartQuery:
    """The record before or after the one told, of the same thing, whatever its state."""
    attribute = {"compute": ask.compute, "field": ask.slot} if ask != Ask(Compute.LIST) else {}
    kept = Compute.LIST if last.compute in (Compute.MAX, Compute.MIN, Compute.EXISTS, Compute.COUNT) else last.compute
    return last.model_copy(
        update={"among": among, "pick": Pick(which=which), "where": (), "when": None, "compute": kept, **attribute}
    )


def _fit(ask: Ask, last: ChartQuery) -> Ask:
    """Who prescribed, and who did or recorded, are one question of different kinds."""
    if ask.slot in (Slot.PERFORMER, Slot.PRESCRIBER):
        ordered = last.kind in (*DRUGS, Kind.ORDER) or (
            ask.slot is Slot.PRESCRIBER and last.kind in (Kind.IMAGING, Kind.REPORT)
        )
        return Ask(ask.compute, Slot.PRESCRIBER if ordered else Slot.PERFORMER)
    return ask

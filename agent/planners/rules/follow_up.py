"""Follow-up questions ("and the one before?", "who ordered it?"): the turn before, changed as the question says.

Where the turn before was not answered, "it" means nothing, and that is said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from agent.planners.planner import Turn
from agent.planners.rules.asks import Ask
from agent.planners.rules.changing import Change, change_query, says_what
from agent.planners.rules.compose import Parsed, compose_queries, compose_query, find_unread
from agent.planners.rules.concepts import MEDICATIONS, kinds_of
from agent.planners.rules.kinds import DRUGS, STAY_KINDS, STAYS, choose_kind
from agent.planners.rules.sketch import Sketch
from agent.planners.rules.treating import (
    FRAGMENT,
    WHY,
    asks_treatment,
    compose_treatment,
    for_reason,
    names_reason,
    problems_told,
    recovered_from,
)
from tools.chart_query import ChartQuery, Compute, Condition, Kind, Pick, Slot, Stay
from tools.concepts.known import known_kinds

_OPENS = re.compile(r"^(?:\| *)*(?:and|but|so|or|what about|how about|then)\b")
_WHICH_SORT = re.compile(r"^(?:[| ])*(?:and )?(?:(?:what|which) (?:kinds?|types?|sorts?|ones?))\b")
_EVER = re.compile(r"^[| ]*(?:(?:or|and|but) )?(?:(?:has|was|did|is) (?:he|she|it|patient) )?ever[| ]*$")
_NOT_ANSWERED = "I can't determine what the question refers to: {}. Ask it with the name of what is meant."
_THAT_STAY = r"(?:during|in|throughout|at|on) (?:that|the same) (?:stay|visit|admission|hospitali[sz]ation)"
_ATTRIBUTES = (Compute.TIME, Compute.TIME_SINCE, Compute.NORMAL, Compute.DURATION)
_OF_STAY = (Compute.DURATION, Compute.EXISTS)


def compose_follow_up(sketch: Sketch, history: Sequence[Turn]) -> Parsed | None:
    """The query of a question that leans on the turn before; None where it stands on its own."""
    last = _last_query(history)
    if last is None:
        return _refer_to_nothing(sketch, history)
    if _EVER.search(sketch.text):
        return Parsed((last.model_copy(update={"when": None, "during": None, "around": None, "among": None}),))
    treats = asks_treatment(sketch, last) or problems_told(sketch, last, history[-1])
    if not _leans(sketch, last) and not treats:
        return _others_than_told(sketch, last)
    if fault := find_unread(sketch):
        return Parsed(reason=fault)
    if _says_nothing(sketch):
        return Parsed(reason="I did not understand what is asked.")
    return _compose_leaning(sketch, last, history[-1])


def _compose_leaning(sketch: Sketch, last: ChartQuery, turn: Turn) -> Parsed:
    """The query of a question that leans on the one before."""
    if sketch.asks[0].compute is Compute.AGE and last.kind is Kind.PATIENT:
        return Parsed((last.model_copy(update={"compute": Compute.AGE, "where": ()}),))
    if sketch.says(_THAT_STAY):
        if (stay := _told_stay(last)) is None:
            return Parsed(reason="I can't determine which stay is meant: say which in order, or its date.")
        sketch = replace(sketch, stay=stay)
    if (problem := recovered_from(sketch, last)) is not None:
        return Parsed((problem,))
    if names_reason(sketch, last):
        return Parsed((for_reason(sketch, last),))
    if sketch.reasons or asks_treatment(sketch, last):
        return compose_treatment(sketch, last)
    if problems := problems_told(sketch, last, turn):
        return compose_treatment(sketch, last.model_copy(update={"kind": Kind.CONDITION, "about": problems}))
    if sketch.named:
        strange = _of_other_kind(sketch, last)
        return Parsed(reason=strange) if strange else Parsed((_other_name(sketch, last),))
    if (relative := _other_relative(sketch, last)) is not None:
        return Parsed((relative,))
    if (of_stay := _of_its_stay(sketch, last)) is not None:
        return of_stay
    kind = choose_kind(sketch) if sketch.nouns else None
    if kind is not None and not _same_family(kind, last.kind):
        return Parsed((_of_relative(sketch, last, kind),))
    return change_query(Change(sketch, last, turn))


def _refer_to_nothing(sketch: Sketch, history: Sequence[Turn]) -> Parsed | None:
    """What is said where a question points back and there is nothing that it can point to."""
    if history and _OPENS.search(sketch.text) and sketch.asks == (Ask(Compute.LIST),) and not sketch.foreign:
        return Parsed(reason=_NOT_ANSWERED.format("the question before it was not answered"))
    told = (
        sketch.named, sketch.nouns, sketch.reasons, sketch.excluded, sketch.when, sketch.stay, sketch.around,
        any(a.slot is Slot.ORGANISM for a in sketch.asks), sketch.where, sketch.picked, sketch.person,
        sketch.states and Kind.HOSPITAL_STAY in sketch.verbs,
        sketch.says("i|me|he|him|she|her|they|we|you|patient|any|anything"),
    )  # fmt: skip
    if sketch.verbs and not any(told):
        return Parsed(reason=_NOT_ANSWERED.format("it names nothing"))
    if history and sketch.asks[0].compute is Compute.AGE and sketch.says("then|at that time") and not sketch.named:
        return Parsed(reason=_NOT_ANSWERED.format("the question before it was not answered"))
    own = sketch.named or sketch.patient_slots or sketch.stay or sketch.foreign
    if not sketch.points or own or (sketch.nouns and not sketch.says(WHY)):
        return None
    before = "the question before it was not answered" if history else "no question came before it"
    return Parsed(reason=_NOT_ANSWERED.format(before))


def _last_query(history: Sequence[Turn]) -> ChartQuery | None:
    """The last query of the turn before, or the first where none found anything; of notes searched, the notes found."""
    calls = history[-1].calls if history else ()
    if not calls:
        return None
    call = calls[-1] if history[-1].citations else calls[0]
    if call.tool == "search_notes":
        return ChartQuery(kind=Kind.NOTE)
    return ChartQuery.model_validate(call.arguments) if call.tool == "query_chart" else None


def _leans(sketch: Sketch, last: ChartQuery) -> bool:
    """Whether something is missing that the turn before can give."""
    of_person = sketch.patient_slots or sketch.asks[0].compute is Compute.AGE
    asks_then = sketch.asks[0].compute is Compute.AGE and sketch.says("was|were")
    if sketch.foreign is not None or (of_person and not sketch.named and not sketch.leans and not asks_then):
        return False
    if _asks_of_stay(sketch) or _asks_any_drug(sketch):
        return False
    if (
        (last.about or last.kind is Kind.IMMUNIZATION)
        and _counts_given(sketch)
        and _same_family(sketch.nouns[0], last.kind)
    ):
        return True
    whole = bool(sketch.named or sketch.nouns or (sketch.stay is not None and sketch.stay.which != "any"))
    opens = _OPENS.search(sketch.text) or FRAGMENT.search(sketch.text)
    return not whole or sketch.leans or opens is not None


def _asks_of_stay(sketch: Sketch) -> bool:
    """ "How long was she in hospital?", "is she in hospital?": the stay is asked after, and not only where."""
    of_person = sketch.says("i|he|she|they|we|patient") and not sketch.says("it|that|those|them")
    asked = sketch.asks[0].compute in _OF_STAY or sketch.asks[0].slot is Slot.REASON
    return sketch.stay is not None and asked and of_person


def _counts_given(sketch: Sketch) -> bool:
    """ "How many doses?", "how many prescriptions since 2018?": of the drug or vaccine told before."""
    of_orders = {*sketch.nouns} <= {*MEDICATIONS} and bool(sketch.nouns)
    return of_orders and not sketch.named and not sketch.says("all|any|total|other|different|i|he|she|they|patient")


def _asks_any_drug(sketch: Sketch) -> bool:
    """ "Is she taking anything?" asks of every drug, whatever was told before."""
    return bool({*sketch.verbs} & {*DRUGS}) and sketch.says("anything|something") and not sketch.says(f"{WHY}|else|for")


def _says_nothing(sketch: Sketch) -> bool:
    """Whether a question neither asks, nor points back, nor confines anything."""
    confines = (
        sketch.named, sketch.nouns, sketch.verbs, sketch.when, sketch.stay, sketch.around, sketch.where, sketch.states,
        sketch.picked, sketch.beside, sketch.unit, sketch.per, sketch.reasons, sketch.verdict,
    )  # fmt: skip
    asks = sketch.asks != (Ask(Compute.LIST),) or _WHICH_SORT.search(sketch.text)
    return not asks and not sketch.leans and not any(confines)


def _same_family(one: Kind | None, other: Kind) -> bool:
    return one is other or (one in DRUGS and other in (*DRUGS, Kind.IMMUNIZATION))


def _told_stay(last: ChartQuery) -> Stay | None:
    """The stay that the turn before was about, where its place in order was said."""
    kind = next((name for name, kind in STAY_KINDS.items() if kind is last.kind), None)
    alone = last.when is None and last.around is None and not last.where and last.among is None
    if kind is None or not alone or last.pick.which == "all" or (last.pick.n > 1 and last.pick.which != "nth"):
        return None
    return Stay.model_validate({"type": kind, "which": last.pick.which, "n": last.pick.n})


def _of_its_stay(sketch: Sketch, last: ChartQuery) -> Parsed | None:
    """ "How was he discharged?", after what was so in a stay: asked of that stay."""
    ask, during = sketch.asks[0], last.during
    if {*sketch.verbs} != {Kind.HOSPITAL_STAY} or sketch.nouns or last.kind in STAYS:
        return None
    if during is None or during.which == "any":
        told = Parsed(reason="I can't determine which stay is meant: say which in order, or its date.")
        return told if ask.compute is Compute.EXISTS else None
    if during.type == "ed" and ask.compute is Compute.EXISTS:
        ask = Ask(Compute.LIST, Slot.DISCHARGE_DISPOSITION)
    pick = Pick.model_validate({"which": during.which, "n": during.n or 1})
    return Parsed((compose_query(sketch, ask, STAY_KINDS[during.type]).model_copy(update={"pick": pick}),))


def _of_relative(sketch: Sketch, last: ChartQuery, kind: Kind) -> ChartQuery:
    """Another kind of record; "what about his sister?" after a problem asks for that problem in the family."""
    query = compose_query(sketch, sketch.asks[0], kind)
    same = kind is Kind.FAMILY_HISTORY and last.kind is Kind.CONDITION and _OPENS.search(sketch.text)
    return query.model_copy(update={"about": last.about, "compute": last.compute}) if same else query


def _of_other_kind(sketch: Sketch, last: ChartQuery) -> str | None:
    """Why a name that the chart does not hold can't be what was asked of a problem: it is known, and is none."""
    known = known_kinds(sketch.named[0].text)
    if sketch.named[0].entries or not known or last.kind is not Kind.CONDITION or Kind.CONDITION in known:
        return None
    told = choose_kind(sketch) not in (None, Kind.CONDITION)
    return None if told else f"I did not understand what {sketch.named[0].text} has to do with what was told."


def _other_name(sketch: Sketch, last: ChartQuery) -> ChartQuery:
    """ "And the creatinine?": the same asked of something else."""
    if (verdict := _verdict_of(last)) is not None:
        asked = Condition(field=Slot.SUSCEPTIBILITY, value=f"{sketch.named[0].text}: {verdict}")
        return last.model_copy(update={"where": (*_without(last, Slot.SUSCEPTIBILITY), asked)})
    kinds = kinds_of(sketch.named)
    kind = last.kind if last.kind in kinds or not kinds else choose_kind(sketch) or last.kind
    query = compose_query(sketch, sketch.asks[0], kind)
    if says_what(sketch) or (last.compute in (Compute.EXISTS,) and sketch.present):
        return query
    same = kind is last.kind or (kind in DRUGS and last.kind in DRUGS)
    kept: dict[str, Any] = {"compute": last.compute, "pick": query.pick if sketch.picked else last.pick} if same else {}
    if same and query.field is None and last.compute is Compute.LIST:
        kept["field"] = last.field
    if same and last.when and not query.when:
        kept["when"] = last.when
    if same and last.compute in (Compute.EXISTS, Compute.COUNT, Compute.LIST) and last.field is None:
        kept["where"] = tuple(dict.fromkeys((*(c for c in last.where if c.field is Slot.STATUS), *query.where)))
    return query.model_copy(update=kept) if last.compute not in _ATTRIBUTES else query


def _others_than_told(sketch: Sketch, last: ChartQuery) -> Parsed | None:
    """ "Any other opioids?" leaves out what was told of; every other question stands on its own."""
    if not (sketch.says("other|another") and sketch.named and last.about) or sketch.excluded:
        return None
    parsed = compose_queries(sketch)
    same = [q for q in parsed.queries if _same_family(q.kind, last.kind) and q.about != last.about]
    if not same or len(parsed.queries) > 1:
        return None
    return Parsed((same[0].model_copy(update={"not_about": last.about}),))


def _other_relative(sketch: Sketch, last: ChartQuery) -> ChartQuery | None:
    """ "What about his mother?", after what was asked of another relative."""
    if last.kind is not Kind.FAMILY_HISTORY or Kind.FAMILY_HISTORY not in sketch.nouns:
        return None
    query = compose_query(sketch, sketch.asks[0], last.kind)
    if says_what(sketch) or not any(c.field is Slot.NAME for c in query.where):
        return None
    about = () if last.among or last.field else last.about
    return query.model_copy(update={"about": about, "compute": last.compute, "field": last.field})


def _verdict_of(query: ChartQuery) -> str | None:
    """What was asked of one drug, and may be asked of another."""
    asked = next((c.value for c in query.where if c.field is Slot.SUSCEPTIBILITY), "")
    return asked.rpartition(": ")[2] if ": " in asked else None


def _without(query: ChartQuery, slot: Slot) -> tuple[Condition, ...]:
    return tuple(c for c in query.where if c.field is not slot)

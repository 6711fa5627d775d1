"""Follow-up questions ("and the one before?", "who ordered it?"): the turn before, changed as the question says.

Where the turn before was not answered, "it" means nothing, and that is said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from agent.planners.planner import Turn
from agent.planners.rules.changing import Change, change_query, says_what
from agent.planners.rules.compose import Parsed, compose_query, find_unread
from agent.planners.rules.concepts import kinds_of, names_a_class
from agent.planners.rules.focus import Ask
from agent.planners.rules.kinds import DRUGS, STAY_KINDS, STAYS, choose_kind
from agent.planners.rules.sketch import Sketch
from tools.chart_query import ChartQuery, Compute, Condition, Kind, Pick, Slot, Stay

_OPENS = re.compile(r"^(?:\| *)*(?:and|but|so|or|what about|how about|then)\b")
_FRAGMENT = re.compile(
    r"^(?:[| ])*(?:to|for|on|with|in|from|because of|due to)\b(?!.*\b(?:is|was|are|were|did|does|do|has|have|had)\b)"
)
"""A name and no verb: "to nuts?", "for pain?"."""
_WHICH_SORT = re.compile(r"^(?:[| ])*(?:and )?(?:(?:what|which) (?:kinds?|types?|sorts?|ones?))\b")
_EVER = re.compile(r"^[| ]*(?:(?:or|and|but) )?(?:(?:has|was|did|is) (?:he|she|it|patient) )?ever[| ]*$")
_NOT_ANSWERED = "I can't determine what the question refers to: {}. Ask it with the name of what is meant."
_WHY = r"(?:for|because of|due to|to treat|about|against) (?:it|that|this|them|those|these|the same)"
_THAT_STAY = r"(?:during|in|throughout|at|on) (?:that|the same) (?:stay|visit|admission|hospitali[sz]ation)"
_GIVEN = r"given|gave|prescribed|started|used|treated|got|get"
_OF_THEM = r"of (?:them|those|these)|among (?:them|those|these)"
_ATTRIBUTES = (Compute.TIME, Compute.TIME_SINCE, Compute.NORMAL, Compute.DURATION)
_TREATING = (*DRUGS, *STAYS, Kind.PROCEDURE, Kind.ORDER, Kind.IMAGING)


def compose_follow_up(sketch: Sketch, history: Sequence[Turn]) -> Parsed | None:
    """The query of a question that leans on the turn before; None where it stands on its own."""
    last = _last_query(history)
    if last is None:
        return _refer_to_nothing(sketch, history)
    if _EVER.search(sketch.text):
        return Parsed((last.model_copy(update={"when": None, "during": None, "around": None, "among": None}),))
    if not (_leans(sketch) or _asks_treatment(sketch, last) or _asks_doses(sketch, last)):
        return None
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
    if (problem := _recovered_from(sketch, last)) is not None:
        return Parsed((problem,))
    if _names_reason(sketch, last):
        return Parsed((_for_reason(sketch, last),))
    if sketch.reasons or _asks_treatment(sketch, last):
        return _treatment(sketch, last)
    if sketch.named:
        return Parsed((_other_name(sketch, last),))
    kind = choose_kind(sketch) if sketch.nouns and not _asks_doses(sketch, last) else None
    if kind is not None and not _same_family(kind, last.kind):
        return Parsed((_of_relative(sketch, last, kind),))
    return change_query(Change(sketch, last, turn))


def _refer_to_nothing(sketch: Sketch, history: Sequence[Turn]) -> Parsed | None:
    """What is said where a question points back and there is nothing that it can point to."""
    if history and _OPENS.search(sketch.text) and sketch.asks == (Ask(Compute.LIST),) and not sketch.foreign:
        return Parsed(reason=_NOT_ANSWERED.format("the question before it was not answered"))
    told = (
        sketch.named, sketch.nouns, sketch.reasons, sketch.excluded, sketch.when, sketch.stay, sketch.around,
        sketch.where, sketch.picked, sketch.person, sketch.says("i|me|he|him|she|her|they|we|you|patient|any|anything"),
    )  # fmt: skip
    if sketch.verbs and not any(told):
        return Parsed(reason=_NOT_ANSWERED.format("it names nothing"))
    own = sketch.named or sketch.patient_slots or sketch.stay or sketch.foreign
    if not sketch.points or own or (sketch.nouns and not sketch.says(_WHY)):
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


def _leans(sketch: Sketch) -> bool:
    """Whether something is missing that the turn before can give."""
    of_person = sketch.patient_slots or sketch.asks[0].compute is Compute.AGE
    asks_then = sketch.asks[0].compute is Compute.AGE and sketch.says("was|were")
    if sketch.foreign is not None or (of_person and not sketch.named and not sketch.leans and not asks_then):
        return False
    whole = bool(sketch.named or sketch.nouns or (sketch.stay is not None and sketch.stay.which != "any"))
    opens = _OPENS.search(sketch.text) or _FRAGMENT.search(sketch.text)
    return not whole or sketch.leans or opens is not None


def _says_nothing(sketch: Sketch) -> bool:
    """Whether a question neither asks, nor points back, nor confines anything."""
    confines = (
        sketch.named, sketch.nouns, sketch.verbs, sketch.when, sketch.stay, sketch.around, sketch.where, sketch.states,
        sketch.picked, sketch.beside, sketch.unit, sketch.per, sketch.reasons, sketch.verdict,
    )  # fmt: skip
    asks = sketch.asks != (Ask(Compute.LIST),) or _WHICH_SORT.search(sketch.text)
    return not asks and not sketch.leans and not any(confines)


def _same_family(one: Kind | None, other: Kind) -> bool:
    return one is other or (one in DRUGS and other in DRUGS)


def _asks_doses(sketch: Sketch, last: ChartQuery) -> bool:
    """ "How many doses?" after a vaccine."""
    alone = not (sketch.named or sketch.verbs) and sketch.nouns == (Kind.MEDICATION_ADMINISTERED,)
    return alone and last.kind is Kind.IMMUNIZATION


def _told_stay(last: ChartQuery) -> Stay | None:
    """The stay that the turn before was about, where its place in order was said."""
    kind = next((name for name, kind in STAY_KINDS.items() if kind is last.kind), None)
    alone = last.when is None and last.around is None and not last.where and last.among is None
    if kind is None or not alone or last.pick.which == "all" or (last.pick.n > 1 and last.pick.which != "nth"):
        return None
    return Stay.model_validate({"type": kind, "which": last.pick.which, "n": last.pick.n})


def _recovered_from(sketch: Sketch, last: ChartQuery) -> ChartQuery | None:
    """ "When did it heal?" after the drugs given for a problem asks of the problem."""
    reasons = tuple(c.value for c in last.where if c.field is Slot.REASON)
    if (
        not reasons
        or last.kind is Kind.CONDITION
        or not sketch.says("heal(?:ed)?|recover(?:ed)?|clear(?:ed)? up|g[eo]t over")
    ):
        return None
    return compose_query(sketch, sketch.asks[0], Kind.CONDITION).model_copy(update={"about": reasons})


def _names_reason(sketch: Sketch, last: ChartQuery) -> bool:
    """ "For pain?", "which of them are for hypertension?", after drugs."""
    behind = re.search(r"\bfor (?:(?:an?|the|his|her|my|their) )?C\d", sketch.text) is not None
    of_told = sketch.says(_OF_THEM) or _FRAGMENT.search(sketch.text) is not None
    return behind and of_told and last.kind in (*DRUGS, Kind.PROCEDURE, Kind.ORDER)


def _for_reason(sketch: Sketch, last: ChartQuery) -> ChartQuery:
    spans = (*sketch.named, *sketch.reasons)
    reasons = tuple(Condition(field=Slot.REASON, value=span.text) for span in spans)
    among = "previous_answer" if sketch.says(_OF_THEM) else last.among
    if not sketch.says(_OF_THEM) and Kind.CONDITION not in kinds_of(spans):
        return last.model_copy(update={"compute": Compute.LIST, "field": Slot.REASON, "pick": Pick()})
    compute = Compute.LIST if sketch.says(_OF_THEM) else Compute.EXISTS
    kept = tuple(c for c in last.where if c.field is not Slot.REASON)
    update = {"where": (*kept, *reasons), "among": among, "compute": compute, "field": None, "pick": Pick()}
    return last.model_copy(update=update)


def _asks_treatment(sketch: Sketch, last: ChartQuery) -> bool:
    """ "What does she take for it?", "was he admitted for that?", after a problem or a finding."""
    cues = {*sketch.nouns, *sketch.verbs}
    if not last.about or last.kind in DRUGS or not cues & {*_TREATING}:
        return False
    if sketch.says(_WHY):
        return True
    given = bool(cues & {*DRUGS}) and last.kind is Kind.CONDITION
    alone = sketch.when is None and sketch.stay is None and sketch.around is None
    alone = alone and not sketch.says("he|she|i|they|we|you|patient")
    return given and (sketch.leans or (alone and sketch.says(_GIVEN))) and not sketch.named


def _treatment(sketch: Sketch, last: ChartQuery) -> Parsed:
    """What was given or done for what the turn before was about: a class of drugs where it is one, else by reason."""
    kind = choose_kind(replace(sketch, stay=None)) or Kind.MEDICATION
    query = compose_query(sketch, sketch.asks[0], Kind.MEDICATION if kind in DRUGS else kind)
    if sketch.reasons:
        return Parsed((query,))
    classes = tuple(f"{a} medication" for a in last.about if kind in DRUGS and names_a_class(f"{a} medication"))
    if last.kind is not Kind.CONDITION and not classes:
        return Parsed(
            reason=f"I can't determine what is given for {last.about[0]}: that is no problem. Name the problem."
        )
    reasons = () if classes else tuple(Condition(field=Slot.REASON, value=a) for a in last.about)
    return Parsed((query.model_copy(update={"about": classes or query.about, "where": (*query.where, *reasons)}),))


def _of_relative(sketch: Sketch, last: ChartQuery, kind: Kind) -> ChartQuery:
    """Another kind of record; "what about his sister?" after a problem asks for that problem in the family."""
    query = compose_query(sketch, sketch.asks[0], kind)
    same = kind is Kind.FAMILY_HISTORY and last.kind is Kind.CONDITION and _OPENS.search(sketch.text)
    return query.model_copy(update={"about": last.about, "compute": last.compute}) if same else query


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


def _verdict_of(query: ChartQuery) -> str | None:
    """What was asked of one drug, and may be asked of another."""
    asked = next((c.value for c in query.where if c.field is Slot.SUSCEPTIBILITY), "")
    return asked.rpartition(": ")[2] if ": " in asked else None


def _without(query: ChartQuery, slot: Slot) -> tuple[Condition, ...]:
    return tuple(c for c in query.where if c.field is not slot)

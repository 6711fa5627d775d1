"""Compose: a sketch of a question to the ChartQuery it means, or why it means none."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from agent.planners.rules.about import ANY_SUBSTANCE, is_unknown_sort, name_outputs, name_treatments, split_specimens
from agent.planners.rules.asks import Ask
from agent.planners.rules.case import Case
from agent.planners.rules.coming import measured_at_discharge
from agent.planners.rules.concepts import Span, kinds_of
from agent.planners.rules.dated_stays import date_stay
from agent.planners.rules.kinds import DRUGS, MEASURED, OF_NUMBERS, STAY_KINDS, STAYS, answered_by, choose_kind
from agent.planners.rules.lexicon import ADJECTIVES
from agent.planners.rules.ongoing import asks_ended, asks_ongoing
from agent.planners.rules.settle import BEFORE, looks_back, settle_ask, settle_pick, settle_states
from agent.planners.rules.sketch import Sketch
from agent.planners.rules.then import at_that_time
from agent.planners.rules.untold import UNTOLD
from tools.chart_query import Anchor, ChartQuery, Compute, Condition, Kind, Per, Pick, Slot, Stay
from tools.concepts.body_parts import SIDED, places_in
from tools.concepts.known import known_kinds

IMAGING_WORDS = ("x-ray", "xr", "radiograph", "ct", "mri", "ultrasound", "mammogram", "echocardiogram", "scan")
_RELATION = re.compile(
    r"\b((?:grand)?(?:father|mother)|brother|sister|parent|sibling|son|daughter|uncle|aunt|cousin)s?\b"
)
_DENIALS = frozenset({"not", "no", "never", "without", "non", "neither", "nor", "except"})
_CATEGORY = re.compile(
    r"\b(drug|medication|medicine|food|environmental) (?:allerg|intoleran)"
    r"|\b(?:allerg\w+|intoleran\w+) (?:(?:that|which|is|are|was|were|does|do|has|have|i|she|he) )*"
    r"(drug|medication|medicine|food|environmental)\b"
)
_CATEGORIES = {
    "drug": "medication", "medication": "medication", "medicine": "medication", "food": "food",
    "environmental": "environment",
}  # fmt: skip
_UNNAMED: tuple[tuple[Kind, Callable[[Sketch], bool], tuple[str, ...]], ...] = (
    (Kind.PROCEDURE, lambda s: s.says_surgery, ("surgery",)),
    (Kind.ORDER, lambda s: Kind.IMAGING in s.nouns, IMAGING_WORDS),
    (Kind.ORDER, lambda s: s.says("referrals?|referred"), ("referral",)),
    (Kind.ENCOUNTER, lambda s: s.says_checkup, ("checkup",)),
)
"""Which records a noun means that is narrower than its kind, where nothing is named."""
_CHANGING = (
    Slot.MARITAL_STATUS, Slot.LANGUAGE, Slot.ADDRESS, Slot.CITY, Slot.STATE, Slot.POSTAL_CODE, Slot.PHONE, Slot.EMAIL,
    Slot.GENERAL_PRACTITIONER,
)  # fmt: skip
"""What of a person may be otherwise in another stay."""
_LEFT_WITH = (
    r"\b(?:discharge (?:med\w*|drugs?|prescriptions?)|discharged (?:on|with)|sent home (?:on|with)|(?:at|on"
    r"|upon) discharge)\b"
)
_TESTED = r"tested|tests?|screen(?:ed|ing|s)?|swab(?:bed|s)?|checked"
_EACH_ALONE = (Compute.EXISTS, Compute.NORMAL, *OF_NUMBERS)
"""What is computed of each name of a list, and not of all together."""


@dataclass(frozen=True)
class Parsed:
    """Queries, one per thing asked, or the reason there is none."""

    queries: tuple[ChartQuery, ...] = ()
    reason: str | None = None
    apart: bool = False
    """Whether each query answers a question of its own, so that nothing found is an answer too."""


def compose_queries(sketch: Sketch) -> Parsed:
    """The queries of a question that stands on its own."""
    if sketch.foreign is not None:
        return Parsed(reason=f"The question names patient {sketch.foreign}, but this chart is another patient's.")
    relatives, ask = Kind.FAMILY_HISTORY in sketch.nouns, sketch.asks[0]
    if relatives and sketch.patient_slots and not _asks_death(sketch):
        return Parsed(reason="I can tell of relatives what they had, their ages and deaths, and no more.")
    if _asks_beside_death(sketch):
        return Parsed(reason="I can't determine what was so at the death or led to it: ask what was so on a day.")
    if (of_patient := _compose_patient(sketch)) is not None:
        return Parsed((of_patient,))
    if fault := find_unread(sketch):
        return Parsed(reason=fault)
    kind = choose_kind(sketch)
    if sketch.asks[0].slot is Slot.REACTION and kind is not Kind.ALLERGY:
        kind = None
    if kind is None:
        return Parsed(reason=_unknown_kind(sketch))
    if relatives and sketch.patient_slots:
        compute = Compute.LIST if ask.compute is Compute.TIME else ask.compute
        return Parsed((compose_query(sketch, ask, kind).model_copy(update={"compute": compute, "field": Slot.DEATH}),))
    if untold := next((reason for holds, reason in UNTOLD if holds(sketch, kind)), None):
        return Parsed(reason=untold)
    if strange := _strange_names(sketch, kind):
        return Parsed(
            reason=f"I did not understand what {strange} has to do with what is asked. Ask one thing at a time."
        )
    if each := _compose_each(sketch, kind):
        return Parsed(each, apart=True)
    return Parsed(tuple(_left_with(sketch, compose_query(sketch, ask, kind)) for ask in sketch.asks))


def _left_with(sketch: Sketch, query: ChartQuery) -> ChartQuery:
    """What a patient was discharged on are the orders of that category, of the last stay unless another is named."""
    query = measured_at_discharge(sketch, query)
    if query.kind not in DRUGS or not sketch.says(_LEFT_WITH):
        return query
    where = tuple(c for c in query.where if c.field is not Slot.STATUS)
    anywhere = query.during is None and query.when is None and query.around is None
    update = {
        "kind": Kind.MEDICATION_ORDERED,
        "where": (*where, Condition(field=Slot.CATEGORY, value="discharge")),
        "during": Stay(which="last") if anywhere or query.during == Stay(which="any") else query.during,
    }
    return query.model_copy(update=update)


def _of_anchor(anchor: Anchor) -> Pick:
    """Which in order of time, of the records that an anchor is one of."""
    return Pick() if anchor.pick == "any" else Pick(which=anchor.pick)


def _asks_death(sketch: Sketch) -> bool:
    """Whether it is asked if, when or how old someone died; whether they live is another question."""
    return set(sketch.patient_slots) == {Slot.DEATH} and re.search(r"\balive\b", sketch.text) is None


def _asks_beside_death(sketch: Sketch) -> bool:
    """Whether records are asked after, and the death only says when or what of: "what was she taking when she died"."""
    records = sketch.named or {*sketch.verbs, *sketch.nouns} - {*STAYS}
    relatives = Kind.FAMILY_HISTORY in sketch.nouns
    return Slot.DEATH in sketch.patient_slots and bool(records) and not relatives and not sketch.unread


def _strange_names(sketch: Sketch, kind: Kind) -> str | None:
    """What is named and is of another kind than what is asked for, so that no record can bear it."""
    if kind in (*DRUGS, *STAYS, Kind.MICROBIOLOGY, Kind.SPECIMEN, Kind.ORDER) or len(sketch.named) < 2:
        return None
    fitting = [s for s in sketch.named if not s.entries or any(e.kind in (kind, *answered_by(kind)) for e in s.entries)]
    strange = [s.text for s in sketch.named if s not in fitting and s not in sketch.conjoined]
    return " and ".join(strange) if fitting and strange else None


def _compose_each(sketch: Sketch, kind: Kind) -> tuple[ChartQuery, ...]:
    """One query for each name of a list, where they can't be asked together: "last A1c, LDL and creatinine"."""
    several = len(sketch.conjoined) > 1 and not sketch.either and {*sketch.named} == {*sketch.conjoined}
    if len(sketch.asks) > 1 or not several:
        return ()
    parts = [replace(sketch, named=(span,), conjoined=()) for span in sketch.conjoined]
    queries = tuple(compose_query(part, part.asks[0], choose_kind(part) or kind) for part in parts)
    picked = queries[0].pick.which != "all" and queries[0].kind in MEASURED
    return queries if picked or queries[0].compute in _EACH_ALONE else ()


def _unknown_kind(sketch: Sketch) -> str:
    if sketch.named:
        name = sketch.named[0].text
        return f'I do not know what kind of thing "{name}" is, and nothing in this chart is named so.'
    return f"I did not understand what kind of record is asked for ({sketch.text[:80].strip()})."


def find_unread(sketch: Sketch) -> str | None:
    """What of a question was not understood, said; None where every word was."""
    absent = [s.text for s in (*sketch.named, *sketch.reasons, *sketch.excluded) if not s.entries]
    if (sketch.of_cultures and len(absent) == 1) or _lists_known_names(sketch):
        absent = []
    known = any(s.entries for s in sketch.named)
    denied = [name for name in absent if _DENIALS & set(name.split())]
    unknown = [name for name in absent if _is_unknown(sketch, name)]
    if denied or unknown or sketch.unread or sketch.judged or len(absent) > 1 or (absent and known):
        words = ", ".join(dict.fromkeys((*absent, *sketch.unread, *sketch.judged)))
        return f"I did not understand part of the question: {words[:120]}."
    return None


def _is_unknown(sketch: Sketch, name: str) -> bool:
    """Whether a name is of nothing here or anywhere known, so that its absence says nothing; substances may be any."""
    if sketch.of_appointments or Kind.QUESTIONNAIRE in sketch.nouns:
        return False
    if " ".join(places_in(name)) == name.lower():
        return True
    said = {*sketch.nouns, *sketch.verbs} & {*ANY_SUBSTANCE}
    if said and said <= {*DRUGS} and is_unknown_sort(name):
        return True
    if said and name in {s.text for s in sketch.named}:
        return False
    return not (known_kinds(name) or kinds_of((Span(0, 0, name),)) or name in ADJECTIVES.values() or sketch.of_cultures)


def _lists_known_names(sketch: Sketch) -> bool:
    """Whether what is named is one list, and what of it the chart does not hold is known to be of some kind."""
    if not sketch.conjoined or {*sketch.named} != {*sketch.conjoined} or sketch.reasons or sketch.excluded:
        return False
    return all(s.entries or kinds_of((s,)) or known_kinds(s.text) for s in sketch.named)


def _compose_patient(sketch: Sketch) -> ChartQuery | None:
    """A question about the person: age, sex, birth date, address …"""
    if sketch.named or sketch.unread or sketch.judged or Kind.FAMILY_HISTORY in sketch.nouns:
        return None
    if (
        sketch.asks[0].compute is Compute.AGE
        and (at := sketch.around) is not None
        and not (sketch.nouns or sketch.when)
    ):
        return ChartQuery(kind=at.kind, about=at.about, pick=_of_anchor(at), compute=Compute.AGE)
    if sketch.asks[0].compute is Compute.AGE and not (sketch.nouns or sketch.verbs or sketch.stay):
        at_death = Slot.DEATH if _asks_death(sketch) else None
        return ChartQuery(kind=Kind.PATIENT, compute=Compute.AGE, field=at_death, when=sketch.when)
    if not sketch.patient_slots or any(n not in (Kind.HOSPITAL_STAY, Kind.ENCOUNTER) for n in sketch.nouns):
        return None
    slot = sketch.patient_slots[0]
    if slot is not Slot.DEATH or sketch.asks[0].compute is not Compute.EXISTS:
        return ChartQuery(kind=Kind.PATIENT, field=slot, during=sketch.stay if slot in _CHANGING else None)
    alive = re.search(r"\balive\b", sketch.text) is not None
    none = (Condition(field=Slot.DEATH, value="none"),) if alive else ()
    place = None if alive else _place_of_death(sketch)
    return ChartQuery(kind=Kind.PATIENT, field=slot, compute=Compute.EXISTS, where=none, during=place)


def _place_of_death(sketch: Sketch) -> Stay | None:
    """The sort of stay in which someone is asked to have died."""
    if sketch.stay is not None:
        return sketch.stay
    named = next((of for of, kind in STAY_KINDS.items() if kind in sketch.nouns), None)
    return Stay.model_validate({"type": named, "which": "any"}) if named else None


def compose_query(sketch: Sketch, ask: Ask, kind: Kind) -> ChartQuery:
    """One query of a kind for one thing asked."""
    stay, pick, where = sketch.stay, sketch.pick, list(sketch.where)
    if _asks_stay_within(sketch, ask, kind):
        kind, stay, pick = STAY_KINDS[sketch.stay.type], _as_stay(pick), Pick()  # type: ignore[union-attr]
    if stay is not None and STAY_KINDS[stay.type] is kind:
        if stay.which == "current" or (stay.which == "any" and sketch.present):
            where.append(Condition(field=Slot.STATUS, value="active"))
        elif stay.which != "any":
            pick = Pick(which=stay.which, n=stay.n or 1)
        stay = None
    dated = date_stay(sketch, kind)
    about = tuple(dict.fromkeys(s.text for s in sketch.named))
    if kind in DRUGS:
        about, where = name_treatments(sketch, about, where)
    else:
        where += [Condition(field=Slot.REASON, value=s.text) for s in sketch.reasons]
    if kind is Kind.ALLERGY and (category := _CATEGORY.search(sketch.text)):
        where.append(Condition(field=Slot.CATEGORY, value=_CATEGORIES[category[1] or category[2]]))
    if sketch.person is not None:
        by = Slot.PRESCRIBER if kind in (*DRUGS, Kind.ORDER) else Slot.PERFORMER
        where.append(Condition(field=by, value=sketch.person))
    if kind is Kind.FAMILY_HISTORY and (relation := _RELATION.search(sketch.text)):
        where.append(Condition(field=Slot.NAME, value=relation[1]))
    if ask.slot is Slot.BODY_SITE and sketch.says("sides?"):
        where.append(Condition(field=Slot.BODY_SITE, value=SIDED))
    about = about or next((names for of, holds, names in _UNNAMED if of is kind and holds(sketch)), ())
    case = Case(sketch, ask, kind, bool(about))
    where += settle_states(case)
    if kind is Kind.MICROBIOLOGY:
        about, where = split_specimens(sketch.named, where, sketch.present or sketch.says(_TESTED))
    if kind is Kind.OUTPUT:
        about = name_outputs(sketch.named)
    if sketch.verdict is not None and kind is Kind.MICROBIOLOGY:
        drug = f"{sketch.tested.text}: " if sketch.tested else ""
        where.append(Condition(field=Slot.SUSCEPTIBILITY, value=drug + sketch.verdict))
    compute, slot = settle_ask(Case(sketch, ask, kind, bool(about)))
    around = _whose_end(sketch.around, slot)
    if around is not None and slot is Slot.END and around == Anchor(relation="after", kind=kind, pick=around.pick):
        pick, around = _of_anchor(around), None
    if slot is Slot.ORGANISM and compute is Compute.LIST and (sketch.picked or sketch.says("bugs?|germs?")):
        where.append(Condition(field=Slot.ORGANISM, op="!=", value="none"))
    if sketch.beside in BEFORE and not sketch.picked and not looks_back(case):
        pick = Pick(which="last", skip=1)
    ongoing = asks_ongoing(case)
    return ChartQuery(
        kind=kind, about=about, not_about=tuple(s.text for s in sketch.excluded),
        when=None if dated else at_that_time(sketch.when, ongoing), against=sketch.against, ongoing=ongoing,
        ended=asks_ended(case), during=dated or stay,
        around=around, until=sketch.until, where=tuple(dict.fromkeys(where)),
        pick=settle_pick(case, pick, compute),
        compute=compute, field=slot, unit=ask.unit or sketch.unit, per=Per(unit=sketch.per) if sketch.per else None,
    )  # fmt: skip


def _asks_stay_within(sketch: Sketch, ask: Ask, kind: Kind) -> bool:
    """Whether it is asked if a stay of one sort was part of another: "in the ICU during her second admission"."""
    within = sketch.stay is not None and sketch.stay.type in ("icu", "ed") and sketch.stay.which == "any"
    within = within and sketch.stay is not None and sketch.stay.when is None
    return within and kind is Kind.HOSPITAL_STAY and ask.compute is Compute.EXISTS and not sketch.named


def _as_stay(pick: Pick) -> Stay:
    """A hospital stay, by its place in order."""
    which = "any" if pick.which == "all" else pick.which
    return Stay(which=which, n=pick.n if which == "nth" else None)


def _whose_end(around: Anchor | None, slot: Slot | None) -> Anchor | None:
    """Where someone went after an operation is where the stay led that it was in."""
    of_stay = slot is Slot.DISCHARGE_DISPOSITION and around is not None and around.relation == "after"
    return around.model_copy(update={"relation": "same_stay"}) if around is not None and of_stay else around

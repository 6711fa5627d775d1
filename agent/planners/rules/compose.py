"""Compose: a sketch of a question to the ChartQuery it means, or why it means none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from agent.planners.rules.concepts import Span, names_a_class
from agent.planners.rules.focus import Ask
from agent.planners.rules.kinds import DRUGS, STAY_KINDS, TREATED, choose_kind
from agent.planners.rules.sketch import Sketch
from tools.chart_query import ChartQuery, Compute, Condition, Kind, Per, Pick, Slot

IMAGING_WORDS = ("x-ray", "xr", "radiograph", "ct", "mri", "ultrasound", "mammogram", "echocardiogram", "scan")
_RELATION = re.compile(
    r"\b((?:grand)?(?:father|mother)|brother|sister|parent|sibling|son|daughter|uncle|aunt|cousin)s?\b"
)
_DENIALS = frozenset({"not", "no", "never", "without", "non", "neither", "nor", "except"})
_CATEGORY = re.compile(r"\b(drug|medication|medicine|food|environmental) (?:allerg|intoleran)")
_CATEGORIES = {
    "drug": "medication", "medication": "medication", "medicine": "medication", "food": "food",
    "environmental": "environment",
}  # fmt: skip
_CULTURED = {Kind.MICROBIOLOGY, Kind.SPECIMEN, Kind.LAB, Kind.OBSERVATION}
"""Kinds under which a chart holds cultures; another name beside them is an organism's."""
_MEASURED = (Kind.LAB, Kind.VITAL, Kind.OBSERVATION, Kind.OUTPUT, Kind.INTAKE)
STAYS = (Kind.HOSPITAL_STAY, Kind.ICU_STAY, Kind.ED_VISIT, Kind.ENCOUNTER, Kind.WARD_STAY)
_STATEFUL = (
    *DRUGS, Kind.CONDITION, Kind.ALLERGY, Kind.GOAL, Kind.CARE_PLAN, Kind.CARE_TEAM, Kind.ORDER, Kind.DEVICE,
    Kind.COVERAGE,
    Kind.HOSPITAL_STAY, Kind.ICU_STAY, Kind.ED_VISIT, Kind.WARD_STAY,
)  # fmt: skip


@dataclass(frozen=True)
class Parsed:
    """Queries, one per thing asked, or the reason there is none."""

    queries: tuple[ChartQuery, ...] = ()
    reason: str | None = None


def compose_queries(sketch: Sketch) -> Parsed:
    """The queries of a question that stands on its own."""
    if sketch.foreign is not None:
        return Parsed(reason=f"The question names patient {sketch.foreign}, but this chart is another patient's.")
    relatives, ask = Kind.FAMILY_HISTORY in sketch.nouns, sketch.asks[0]
    if relatives and sketch.patient_slots and not _asks_death(sketch):
        return Parsed(reason="I can tell of relatives what they had, their ages and deaths, and no more.")
    if ask.compute is Compute.AGE and sketch.when and not (sketch.named or sketch.nouns or sketch.verbs):
        return Parsed(reason="I can tell the age now, at death, or when something happened.")
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
    return Parsed(tuple(compose_query(sketch, ask, kind) for ask in sketch.asks))


def _asks_death(sketch: Sketch) -> bool:
    """Whether it is asked if, when or how old someone died; whether they live is another question."""
    return set(sketch.patient_slots) == {Slot.DEATH} and re.search(r"\balive\b", sketch.text) is None


def _unknown_kind(sketch: Sketch) -> str:
    if sketch.named:
        name = sketch.named[0].text
        return f'I do not know what kind of thing "{name}" is, and nothing in this chart is named so.'
    return f"I did not understand what kind of record is asked for ({sketch.text[:80].strip()})."


def find_unread(sketch: Sketch) -> str | None:
    """What of a question was not understood, said; None where every word was."""
    absent = [s.text for s in (*sketch.named, *sketch.reasons, *sketch.excluded) if not s.entries]
    if sketch.of_cultures and len(absent) == 1:
        absent = []
    known = any(s.entries for s in sketch.named)
    denied = [name for name in absent if _DENIALS & set(name.split())]
    if denied or sketch.unread or len(absent) > 1 or (absent and known):
        words = ", ".join(dict.fromkeys((*absent, *sketch.unread)))
        return f"I did not understand part of the question: {words[:120]}."
    return None


def _compose_patient(sketch: Sketch) -> ChartQuery | None:
    """A question about the person: age, sex, birth date, address …"""
    if sketch.named or sketch.unread or Kind.FAMILY_HISTORY in sketch.nouns:
        return None
    if sketch.asks[0].compute is Compute.AGE and not (sketch.nouns or sketch.verbs or sketch.stay):
        at_death = Slot.DEATH if _asks_death(sketch) else None
        return ChartQuery(kind=Kind.PATIENT, compute=Compute.AGE, field=at_death)
    if not sketch.patient_slots or any(n not in (Kind.HOSPITAL_STAY, Kind.ENCOUNTER) for n in sketch.nouns):
        return None
    slot = sketch.patient_slots[0]
    if slot is not Slot.DEATH or sketch.asks[0].compute is not Compute.EXISTS:
        return ChartQuery(kind=Kind.PATIENT, field=slot)
    alive = re.search(r"\balive\b", sketch.text) is not None
    none = (Condition(field=Slot.DEATH, value="none"),) if alive else ()
    return ChartQuery(kind=Kind.PATIENT, field=slot, compute=Compute.EXISTS, where=none)


def compose_query(sketch: Sketch, ask: Ask, kind: Kind) -> ChartQuery:
    """One query of a kind for one thing asked."""
    stay, pick, where = sketch.stay, sketch.pick, list(sketch.where)
    if stay is not None and STAY_KINDS[stay.type] is kind:
        if stay.which == "current" or (stay.which == "any" and sketch.present):
            where.append(Condition(field=Slot.STATUS, value="active"))
        elif stay.which != "any":
            pick = Pick(which=stay.which, n=stay.n or 1)
        stay = None
    about = tuple(dict.fromkeys(s.text for s in sketch.named))
    if kind in DRUGS:
        about, where = _name_treatments(sketch, about, where)
    else:
        where += [Condition(field=Slot.REASON, value=s.text) for s in sketch.reasons]
    if kind is Kind.ALLERGY and (category := _CATEGORY.search(sketch.text)):
        where.append(Condition(field=Slot.CATEGORY, value=_CATEGORIES[category[1]]))
    if sketch.person is not None:
        by = Slot.PRESCRIBER if kind in (*DRUGS, Kind.ORDER) else Slot.PERFORMER
        where.append(Condition(field=by, value=sketch.person))
    if kind is Kind.FAMILY_HISTORY and (relation := _RELATION.search(sketch.text)):
        where.append(Condition(field=Slot.NAME, value=relation[1]))
    if kind is Kind.PROCEDURE and not about and sketch.says_surgery:
        about = ("surgery",)
    if kind is Kind.ORDER and Kind.IMAGING in sketch.nouns and not about:
        about = IMAGING_WORDS
    where += _states(sketch, ask, kind)
    if kind is Kind.MICROBIOLOGY:
        about, where = _split_specimens(sketch.named, where)
    if kind in (Kind.OUTPUT, Kind.INTAKE):
        about = tuple(dict.fromkeys(name for a in about for name in (a, f"{a} {kind.value}")))
    if sketch.verdict is not None and kind is Kind.MICROBIOLOGY:
        drug = f"{sketch.tested.text}: " if sketch.tested else ""
        where.append(Condition(field=Slot.SUSCEPTIBILITY, value=drug + sketch.verdict))
    compute, slot = _settle_ask(sketch, ask, kind, bool(about))
    if slot is Slot.ORGANISM and compute is Compute.LIST and sketch.picked:
        where.append(Condition(field=Slot.ORGANISM, op="!=", value="none"))
    if sketch.beside in ("previous", "prior", "preceding", "before") and not sketch.picked:
        pick = Pick(which="last", skip=1)
    return ChartQuery(
        kind=kind, about=about, not_about=tuple(s.text for s in sketch.excluded), when=sketch.when,
        ongoing=_asks_ongoing(sketch, ask, kind), during=stay,
        around=sketch.around, where=tuple(dict.fromkeys(where)),
        pick=_settle_pick(sketch, ask, pick, compute, kind),
        compute=compute, field=slot, unit=ask.unit or sketch.unit, per=Per(unit=sketch.per) if sketch.per else None,
    )  # fmt: skip


def _asks_ongoing(sketch: Sketch, ask: Ask, kind: Kind) -> bool:
    """Whether a state at a time is asked for ("was she on warfarin in May"), and not what began then."""
    if sketch.when is None or ask.compute not in (Compute.EXISTS, Compute.LIST) or ask.slot not in (None, Slot.DOSE):
        return False
    if re.search(r"\b(?:since|until|till|before|after|ago)\b", sketch.when):
        return False
    if kind in DRUGS:
        return set(sketch.verbs) == {Kind.MEDICATION} or re.search(r"\bon\b(?! \|)", sketch.text) is not None
    had = re.search(r"\b(?:have|had|has|was|were)\b", sketch.text) is not None
    return kind is Kind.CONDITION and had and not sketch.picked and Kind.CONDITION not in (*sketch.nouns, *sketch.verbs)


def _name_treatments(
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


def _split_specimens(named: Iterable[Span], where: list[Condition]) -> tuple[tuple[str, ...], list[Condition]]:
    """Of cultures: the tests named, and the specimens they are of."""
    tests, more = [], list(where)
    for span in named:
        kinds = {e.kind for e in span.entries}
        if not kinds & _CULTURED:
            if names_a_class(span.text):
                continue
            more.append(Condition(field=Slot.ORGANISM, value=span.text))
        elif Kind.SPECIMEN in kinds and Kind.MICROBIOLOGY not in kinds:
            more.append(Condition(field=Slot.SPECIMEN, value=span.text))
        else:
            tests.append(span.text)
    return tuple(dict.fromkeys(tests)), more


def _states(sketch: Sketch, ask: Ask, kind: Kind) -> list[Condition]:
    """A status named, or the present meant: "is he on warfarin?" asks for what is current."""
    if kind not in _STATEFUL:
        return []
    named = [Condition(field=Slot.STATUS, value=state) for state in dict.fromkeys(sketch.states)]
    if named or sketch.when or sketch.stay is not None or sketch.around is not None or sketch.picked:
        return named
    if kind is Kind.ORDER:
        return []
    asked = ask.compute in (Compute.EXISTS, Compute.LIST, Compute.COUNT) and ask.slot in (
        None,
        Slot.DOSE,
        Slot.LOCATION,
    )
    return [Condition(field=Slot.STATUS, value="active")] if sketch.present and asked else []


def _settle_ask(sketch: Sketch, ask: Ask, kind: Kind, about: bool) -> tuple[Compute, Slot | None]:
    """The computation and attribute that fit the kind."""
    compute, slot = ask.compute, ask.slot
    if sketch.verdict is not None and compute is Compute.LIST:
        return compute, Slot.SUSCEPTIBILITY
    if compute is Compute.EXISTS and kind is Kind.MICROBIOLOGY and sketch.asks_organism:
        return compute, Slot.ORGANISM
    if compute is Compute.COUNT:
        drugs = kind in DRUGS and not about and Kind.MEDICATION in sketch.nouns
        return (Compute.COUNT_DISTINCT if drugs or ask.distinct else Compute.COUNT), None
    if (
        compute in (Compute.TIME, Compute.LIST)
        and slot is None
        and kind is Kind.HOSPITAL_STAY
        and sketch.says_discharged
    ):
        return Compute.TIME, Slot.END
    if compute is Compute.TIME and sketch.says_ended:
        return compute, Slot.END
    if compute is Compute.LIST and slot is None and sketch.total and kind not in _MEASURED:
        return Compute.COUNT, None
    if slot is Slot.STATUS and kind in (*_MEASURED, Kind.SOCIAL_HISTORY):
        return Compute.VALUE, None
    if slot is Slot.PERFORMER and kind in (*DRUGS, Kind.ORDER):
        slot = Slot.PRESCRIBER
    if slot is Slot.FREQUENCY and kind not in DRUGS:
        return Compute.COUNT, None
    if slot is Slot.DOSE and kind in (*_MEASURED, Kind.SOCIAL_HISTORY):
        compute, slot = Compute.VALUE, None
    if kind in (Kind.OUTPUT, Kind.INTAKE) and about and compute in (Compute.LIST, Compute.VALUE) and not sketch.picked:
        return Compute.SUM, None
    if slot is Slot.DOSE and compute in (Compute.VALUE, Compute.LIST) and kind in DRUGS:
        compute = Compute.LIST
    if slot is Slot.SPECIMEN and kind is Kind.SPECIMEN:
        slot = None
    if compute is Compute.MAX or compute is Compute.MIN:
        return (compute, slot) if kind in (*_MEASURED, *DRUGS) else (Compute.LIST, None)
    return compute, slot


def _settle_pick(sketch: Sketch, ask: Ask, pick: Pick, compute: Compute, kind: Kind) -> Pick:
    """Where nothing is said: the latest of a measurement, and the latest for what looks back."""
    if pick.which != "all":
        return pick
    began = ask.first or sketch.says_began
    if began and kind not in STAYS and compute in (Compute.TIME, Compute.AGE):
        return Pick(which="first")
    if kind in (Kind.SOCIAL_HISTORY, Kind.OBSERVATION) and compute is Compute.EXISTS and sketch.present:
        return Pick(which="last")
    compared = any(c.field in (Slot.VALUE, Slot.INTERPRETATION) for c in sketch.where)
    if compute is Compute.EXISTS and compared and sketch.present and kind in _MEASURED:
        return Pick(which="last")
    if compute is Compute.TIME_SINCE or compute is Compute.NORMAL:
        return Pick(which="last")
    measured = kind in (Kind.LAB, Kind.VITAL, Kind.OBSERVATION)
    plain = sketch.when is None and sketch.stay is None and sketch.around is None and not sketch.where
    return (
        Pick(which="last") if measured and sketch.named and plain and compute in (Compute.LIST, Compute.VALUE) else pick
    )

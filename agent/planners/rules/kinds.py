"""Kinds: which kind of record a question asks for, by its nouns, its verbs and what it names."""

from __future__ import annotations

import re

from agent.planners.rules.concepts import DONE_ABOUT, MEDICATIONS, Span, is_problem_name, kinds_of, prefer_kind
from agent.planners.rules.measured_names import GIVEN, is_framed_by_stay, means_level, named_kinds
from agent.planners.rules.sketch import Sketch
from tools.chart_query import Compute, Kind, Slot
from tools.concepts.known import known_kinds, names_a_test
from tools.concepts.words import fold

STAY_KINDS = {"hospital": Kind.HOSPITAL_STAY, "icu": Kind.ICU_STAY, "ed": Kind.ED_VISIT, "visit": Kind.ENCOUNTER}
DRUGS = (*MEDICATIONS, Kind.MEDICATION)
MEASURED = (Kind.LAB, Kind.VITAL, Kind.OBSERVATION, Kind.OUTPUT, Kind.INTAKE)
OF_NUMBERS = (
    Compute.MAX, Compute.MIN, Compute.MEAN, Compute.CHANGE, Compute.TREND, Compute.INCREASED, Compute.DECREASED,
    Compute.CHANGED, Compute.IMPROVED, Compute.WORSENED, Compute.STABLE, Compute.RISE, Compute.FALL,
    Compute.PERCENT_CHANGE,
)  # fmt: skip
"""What is computed of several values together."""
STAYS = (Kind.HOSPITAL_STAY, Kind.ICU_STAY, Kind.ED_VISIT, Kind.ENCOUNTER, Kind.WARD_STAY)
_OF_SLOT = {
    Slot.ORGANISM: Kind.MICROBIOLOGY, Slot.SUSCEPTIBILITY: Kind.MICROBIOLOGY, Slot.SPECIMEN: Kind.SPECIMEN,
    Slot.LOCATION: Kind.WARD_STAY, Slot.DOSE: Kind.MEDICATION, Slot.ROUTE: Kind.MEDICATION,
    Slot.FREQUENCY: Kind.MEDICATION, Slot.PRESCRIBER: Kind.MEDICATION, Slot.CRITICALITY: Kind.ALLERGY,
    Slot.ADMISSION_TYPE: Kind.HOSPITAL_STAY, Slot.ADMIT_SOURCE: Kind.HOSPITAL_STAY,
    Slot.DISCHARGE_DISPOSITION: Kind.HOSPITAL_STAY, Slot.GOALS: Kind.CARE_PLAN,
}  # fmt: skip
_OF_DRUGS = (Slot.DOSE, Slot.ROUTE, Slot.FREQUENCY, Slot.PRESCRIBER)
"""Attributes of drugs, which alone don't say that a drug is meant: "how much", "which doctor"."""
_ANSWERED_BY = {
    Kind.IMAGING: (Kind.IMAGING, Kind.REPORT, Kind.ORDER), Kind.REPORT: (Kind.REPORT, Kind.IMAGING, Kind.NOTE),
    Kind.LAB: (Kind.LAB, Kind.MICROBIOLOGY, Kind.OBSERVATION, Kind.VITAL), Kind.VITAL: (Kind.VITAL, Kind.OBSERVATION),
    Kind.SPECIMEN: (Kind.SPECIMEN, Kind.MICROBIOLOGY),
    Kind.MEDICATION_ADMINISTERED: (Kind.MEDICATION_ADMINISTERED, *DRUGS, Kind.IMMUNIZATION, Kind.INTAKE),
    Kind.MEDICATION_ORDERED: (Kind.MEDICATION_ORDERED, Kind.MEDICATION),
    Kind.MEDICATION: DRUGS, Kind.ORDER: (Kind.ORDER, Kind.MEDICATION_ORDERED),
    Kind.INTAKE: (Kind.INTAKE, Kind.MEDICATION_ADMINISTERED), Kind.PROCEDURE: (Kind.PROCEDURE, Kind.IMAGING),
}  # fmt: skip
"""The kinds under which a chart may hold what a question calls by one kind."""
_RECEIVED = r"receiv(?:e|es|ed|ing)"
"""Of drugs not named: what was ordered for the patient, and not what they say they take."""
_TAKEN = rf"{_RECEIVED}|ha(?:ve|s|d)|gets?|got|tak(?:e|es|en|ing)|took"
_WHOLE_CHART = (Kind.FAMILY_HISTORY, Kind.ALLERGY, Kind.IMMUNIZATION, Kind.GOAL, Kind.CARE_PLAN, Kind.COVERAGE)
"""Kinds that a noun settles, whatever else the chart calls by the name."""
_CAUGHT = r"ha(?:ve|s|d)|caught|catch|contract(?:ed)?|(?:got|get) sick with|c[ao]me down with"
"""Before the bare name of a disease that a vaccine is named after too: the disease."""
TREATED = {Kind.CONDITION, Kind.VITAL, Kind.LAB, Kind.OBSERVATION}
"""Kinds of what a drug is for, and never a drug."""
_HABITS = {Kind.OBSERVATION, Kind.SOCIAL_HISTORY}
"""Kinds under which a chart tells of a habit, which is said by its value."""


def choose_kind(sketch: Sketch) -> Kind | None:
    """The kind the words name, where what is named agrees; else the kind of what is named."""
    if sketch.of_appointments:
        return Kind.APPOINTMENT
    if Kind.QUESTIONNAIRE in sketch.nouns:
        return Kind.QUESTIONNAIRE
    if means_level(sketch) and sketch.verdict is None and not sketch.asks_sign:
        return Kind.LAB
    kind = _choose_kind(sketch)
    if kind in MEASURED and kind is not Kind.INTAKE and any(_of_other_measure(n, kind) for n in sketch.named):
        return Kind.OBSERVATION
    if kind in DRUGS and _only_treated(sketch):
        return Kind.CONDITION
    beside = kinds_of(sketch.excluded)
    if kind is Kind.MEDICATION_ADMINISTERED and not (sketch.named or sketch.nouns) and beside == [Kind.IMMUNIZATION]:
        return Kind.IMMUNIZATION
    if kind in DRUGS and sketch.of_home:
        return Kind.MEDICATION_REPORTED
    if kind is Kind.ENCOUNTER and sketch.stay is not None and not sketch.nouns and not sketch.named:
        return STAY_KINDS[sketch.stay.type]
    return Kind.REPORT if kind is Kind.PROCEDURE and sketch.asks_finding else kind


_OF_REPORTS = (
    Compute.LIST, Compute.VALUE, Compute.EXISTS, Compute.COUNT, Compute.TIME, Compute.TIME_SINCE,
)  # fmt: skip
"""What is asked of a panel as a whole, which its report stands for."""


def _of_other_measure(span: Span, kind: Kind) -> bool:
    """Whether something named is measured and yet of another kind: "height and hemoglobin" are asked of both."""
    kinds = kinds_of((span,))
    return kind not in kinds and bool({*kinds} & {*MEASURED})


def _choose_kind(sketch: Sketch) -> Kind | None:
    grown = sketch.asks_growth_of and Kind.CONDITION not in sketch.nouns
    if sketch.verdict is not None or sketch.asks_sign or grown:
        return Kind.MICROBIOLOGY
    named = named_kinds(sketch)
    slot = sketch.asks[0].slot
    by_slot = [_OF_SLOT[slot]] if slot in _OF_SLOT and not sketch.nouns else []
    if slot is Slot.LOCATION and Kind.CONDITION in named:
        return Kind.CONDITION
    if slot is Slot.DOSE and not sketch.named and not {*sketch.verbs} & {*DRUGS}:
        by_slot = []
    if slot in _OF_DRUGS and {Kind.MEDICATION_ORDERED, Kind.ORDER} & {*sketch.verbs}:
        by_slot = []
    if slot is Slot.LOCATION and Kind.ENCOUNTER in sketch.verbs:
        by_slot = []
    cues = [*sketch.nouns, *by_slot, *sketch.verbs]
    if slot in _OF_DRUGS and not (sketch.named or sketch.nouns or sketch.verbs or sketch.reasons):
        return None
    if settled := next((k for k in sketch.nouns if k in _WHOLE_CHART), None):
        return settled
    if Kind.INTAKE in cues and named and not {Kind.CONDITION, Kind.PROCEDURE} & set(named):
        return Kind.INTAKE
    for cue in cues:
        if named and (fitting := next((k for k in (cue, *_ANSWERED_BY.get(cue, ())) if k in named), None)):
            return _drug_kind(cue, fitting, named) if fitting in DRUGS else fitting
    if Kind.ORDER in cues and Kind.IMAGING in cues:
        return Kind.ORDER
    drug = next((cue for cue in cues if cue in DRUGS), None)
    if drug is not None and named and set(named) <= {Kind.ALLERGY, *TREATED} and not _on_what(sketch, named):
        return drug
    planned = {Kind.CARE_PLAN, Kind.GOAL}
    if named and set(named) <= planned and not planned & {*cues} and _names_problem(sketch, [*cues, Kind.CONDITION]):
        return Kind.CONDITION
    if _has_problem(sketch, named) or _names_problem(sketch, cues):
        return Kind.CONDITION
    several = len(sketch.named) > 1 and sketch.asks[0].compute is Compute.EXISTS
    if Kind.SPECIMEN in named and (Kind.MICROBIOLOGY in cues or (several and not cues)):
        return Kind.MICROBIOLOGY
    if any(s.entries for s in sketch.named):
        return _kind_of_doses(sketch, named) or prefer_kind(named)
    if is_framed_by_stay(sketch, cues):
        return _absent_kind(sketch) or prefer_kind(named)
    if cues:
        return _first_cue(cues, sketch)
    if named:
        return prefer_kind(named)
    if re.search(r"\b(?:tests?|results?)\b", sketch.text):
        return Kind.LAB
    if sketch.stay is not None and not any(known_kinds(span.text) for span in sketch.named):
        return STAY_KINDS[sketch.stay.type]
    return _absent_kind(sketch)


def _kind_of_doses(sketch: Sketch, named: list[Kind]) -> Kind | None:
    """Of a drug: when it was first or last taken is told by the doses given, where the chart keeps them."""
    timed = sketch.picked and sketch.asks[0].compute in (Compute.TIME, Compute.TIME_SINCE)
    of_drug = set(named) <= {*DRUGS, Kind.ORDER} and Kind.MEDICATION_ADMINISTERED in named
    if timed and of_drug and sketch.says(_TAKEN):
        return Kind.MEDICATION_ADMINISTERED
    if sketch.stay is None or not sketch.says(_RECEIVED) or sketch.asks[0].compute is not Compute.EXISTS:
        return None
    return next((k for k in (Kind.MEDICATION_ADMINISTERED, Kind.MEDICATION_ORDERED) if k in named), None)


def _only_treated(sketch: Sketch) -> bool:
    """Whether problems are named that this chart knows only by a drug's class ("COPD"), and no drug is asked after."""
    asked = {*sketch.nouns, *sketch.verbs} & {*DRUGS} or sketch.asks[0].slot in _OF_DRUGS
    return not asked and bool(sketch.named) and all(is_problem_name(s.text) for s in sketch.named)


def _names_problem(sketch: Sketch, cues: list[Kind]) -> bool:
    """Whether what was diagnosed is asked, by a name of problems that stands in this chart for other things only."""
    return Kind.CONDITION in cues and all(Kind.CONDITION in known_kinds(s.text) for s in sketch.named)


def _has_problem(sketch: Sketch, named: list[Kind]) -> bool:
    """Whether a problem is asked after that the chart knows only by what is done about it: a vaccine, a plan."""
    beside = set(named) <= DONE_ABOUT or all(is_problem_name(s.text) for s in sketch.named)
    if not named or not beside or sketch.asks[0].compute not in (Compute.EXISTS, Compute.TIME, Compute.COUNT):
        return False
    has = sketch.says(rf"(?:{_CAUGHT}) (?:the |an? )?C\d")
    if sketch.asks[0].compute is Compute.EXISTS:
        has = has or sketch.says(r"ha(?:ve|s|d|ving)|suffer\w*|diagnosed|found|detected|discovered|told of|informed of")
    has = has or re.search(r"^(?:is|was|am|are) \w+ (?:an? )?C\d", sketch.text) is not None
    if any(Kind.SOCIAL_HISTORY in known_kinds(s.text) and _HABITS & {e.kind for e in s.entries} for s in sketch.named):
        return False
    return has and all(Kind.CONDITION in known_kinds(s.text) and not names_a_test(fold(s.text)) for s in sketch.named)


def answered_by(kind: Kind) -> tuple[Kind, ...]:
    """The other kinds under which a chart may hold what a question calls by one kind."""
    return _ANSWERED_BY.get(kind, ())


def _on_what(sketch: Sketch, named: list[Kind]) -> bool:
    """Whether the only word for a drug need not be one: the "on" of "on dialysis", the "taken" of readings."""
    if Kind.CONDITION in named and sketch.says("picked up") and not {*sketch.nouns} & {*DRUGS}:
        return True
    for_it = re.search(r"\bfor (?:an? |the |his |her |my |their )?C\d", sketch.text) is not None
    if not for_it and Kind.CONDITION not in named and Kind.ALLERGY not in named:
        return not any(k in DRUGS for k in sketch.nouns)
    said = (Kind.MEDICATION in sketch.nouns) or sketch.verbs != (Kind.MEDICATION,)
    return not said and re.search(r"\bon (?:an? |any |the )?C\d", sketch.text) is not None and Kind.ALLERGY not in named


def _drug_kind(cue: Kind, fitting: Kind, named: list[Kind]) -> Kind:
    """Of drugs, the kind asked for where the chart has it of that drug; else any."""
    if cue is Kind.ORDER and fitting is Kind.MEDICATION_ORDERED:
        return fitting
    if cue in named or fitting in (Kind.MEDICATION_ADMINISTERED, Kind.MEDICATION_DISPENSED):
        return cue if cue in named else fitting
    return Kind.MEDICATION


def _first_cue(cues: list[Kind], sketch: Sketch) -> Kind:
    """The first kind named that is not merely where or through what the others lie."""
    settings = (Kind.HOSPITAL_STAY, Kind.ICU_STAY, Kind.ED_VISIT, Kind.ENCOUNTER, Kind.REPORT, Kind.ORDER)
    if Kind.MICROBIOLOGY in cues and Kind.SPECIMEN in cues:
        return Kind.SPECIMEN if sketch.asks[0].slot is Slot.SPECIMEN else Kind.MICROBIOLOGY
    if Kind.MEDICATION in cues and (how := next((c for c in cues if c in MEDICATIONS), None)):
        return how
    if Kind.MEDICATION in cues and (Kind.ORDER in cues or sketch.says(_RECEIVED)):
        return Kind.MEDICATION_ORDERED
    places = [c for c in sketch.nouns if c in settings and c in STAYS]
    moved = (Kind.WARD_STAY,) if places and Kind.WARD_STAY not in sketch.nouns else ()
    other = next((c for c in cues if c not in (*settings, *moved)), None)
    return other or min(places or cues, key=settings.index)


def _absent_kind(sketch: Sketch) -> Kind | None:
    """The kind of something this chart does not hold, by how it is asked for."""
    if not sketch.named:
        return None
    text = sketch.text
    if known := known_kinds(sketch.named[0].text):
        if Kind.MEDICATION in known and sketch.says(GIVEN):
            return Kind.MEDICATION
        had = re.search(r"\bha(?:ve|s|d)\b|\bhow many\b", text) is not None
        return Kind.CONDITION if had and Kind.CONDITION in known else prefer_kind(known)
    return Kind.MEDICATION if f" on {_placeholder(text)}" in f" {text}" else None


def _placeholder(text: str) -> str:
    start = text.rfind("C")
    return text[start:].split()[0] if start >= 0 else "C"

"""Settling: the computation, attribute, state and place in time that fit a kind, as tables of condition and effect.

The first row whose condition holds decides. Knows nothing of follow-ups.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from agent.planners.rules.asks import COUNTABLE
from agent.planners.rules.case import Case
from agent.planners.rules.kinds import DRUGS, MEASURED, STAYS
from agent.planners.rules.lexicon import OVER
from agent.planners.rules.movements import MOVED
from agent.planners.rules.ongoing import asks_ended
from agent.planners.rules.panels import of_panel
from agent.planners.rules.places import FIRST
from agent.planners.rules.sketch import Sketch
from agent.planners.rules.then import asks_state_then
from tools.chart_query import UNSAID, Compute, Condition, Kind, Pick, Slot

_STATEFUL = (
    *DRUGS, Kind.CONDITION, Kind.ALLERGY, Kind.GOAL, Kind.CARE_PLAN, Kind.CARE_TEAM, Kind.ORDER, Kind.DEVICE,
    Kind.COVERAGE, Kind.APPOINTMENT, Kind.HOSPITAL_STAY, Kind.ICU_STAY, Kind.ED_VISIT, Kind.WARD_STAY,
)  # fmt: skip
_EVENTS = "instances|occurrences|occasions|times|episodes"
_VOLUME = r"total|how much|volumes?|amounts?|quantit(?:y|ies)"
_READ = (*MEASURED, Kind.SOCIAL_HISTORY)
_WRITTEN = r"recorded|documented|charted|listed|on (?:record|file)|in the (?:chart|record)s?"
"""What is counted so is what stands in the chart, and not what is so now."""
_COUNTED = (*STAYS, *DRUGS, Kind.CONDITION, Kind.PROCEDURE, Kind.ALLERGY, Kind.IMMUNIZATION, Kind.ORDER, Kind.NOTE)
_JUST_THERE = (*DRUGS, Kind.CONDITION, Kind.PROCEDURE, Kind.ALLERGY, Kind.IMMUNIZATION, Kind.ORDER, Kind.DEVICE)
"""Kinds whose records tell little but that there is one."""
_MADE = r"obtained|measured|recorded|documented|charted|taken|done|checked|performed|assessed"
_ON_LIST = (
    r"(?:meds?|medications?|medicines?|drugs?|lists?) (?:includes?|contains?)"
    r"|on (?:the|his|her|my|their) (?:med|medication|medicine|drug)s? lists?"
)
"""A list of drugs is of those taken now."""
_INSIDE = r"inpatient|hospitali[sz]ed|admitted"
_SEVERAL = r"values|results|readings|levels|measurements|scores|tests|all|every|any|list|show|history"
Settled = tuple[Compute, Slot | None]


_ASKED: tuple[tuple[str, Callable[[Case], bool], Callable[[Case], Settled]], ...] = (
    ("what a test for germs was is its result",
     lambda c: c.kind is Kind.MICROBIOLOGY and c.lists and _asks_result(c.sketch), lambda c: (Compute.VALUE, None)),
    ("what a panel holds is its values",
     lambda c: c.kind is Kind.REPORT and c.lists and of_panel(c.sketch.named), lambda c: (Compute.VALUE, None)),
    ("a verdict, listed, is asked of the drugs tested",
     lambda c: c.sketch.verdict is not None and c.compute is Compute.LIST,
     lambda c: (Compute.LIST, Slot.SUSCEPTIBILITY)),
    ("whether a culture grew something is asked of its organism",
     lambda c: c.compute is Compute.EXISTS and c.kind is Kind.MICROBIOLOGY and c.sketch.asks_organism,
     lambda c: (Compute.EXISTS, Slot.ORGANISM)),
    ("whether a test found what it looks for is said by its result",
     lambda c: c.compute is Compute.EXISTS and c.kind is Kind.MICROBIOLOGY and c.about and not c.sketch.says_tested
     and c.sketch.verdict is None and not c.sketch.where,
     lambda c: (Compute.VALUE, None)),
    ("how many different ones counts names, or who they were",
     lambda c: c.compute is Compute.COUNT and c.ask.distinct,
     lambda c: (Compute.COUNT_DISTINCT, c.slot or Slot.NAME)),
    ("what a culture showed is asked where one near another record is named",
     lambda c: c.lists and c.kind is Kind.MICROBIOLOGY and c.about and c.sketch.around is not None,
     lambda c: (Compute.VALUE, None)),
    ("how many drugs counts drugs, not orders",
     lambda c: c.compute is Compute.COUNT and c.of_drugs and not c.about and Kind.MEDICATION in c.sketch.nouns,
     lambda c: (Compute.COUNT_DISTINCT, None)),
    ("to enumerate what bears no names counts it",
     lambda c: c.lists and c.sketch.says("enumerate|tabulate")
     and (c.kind in (Kind.HOSPITAL_STAY, Kind.ICU_STAY, Kind.ED_VISIT) or c.sketch.says(_EVENTS)),
     lambda c: (Compute.COUNT, None)),
    ("a thing named, and nothing asked of it, is asked for as yes or no",
     lambda c: c.lists and c.kind in _JUST_THERE and c.names_the_record and c.sketch.is_bare,
     lambda c: (Compute.EXISTS, None)),
    ("being in hospital is asked for as yes or no",
     lambda c: c.lists and c.kind in STAYS and c.sketch.says(_INSIDE) and c.sketch.states == ("active",)
     and c.sketch.is_bare,
     lambda c: (Compute.EXISTS, None)),
    ("the number of what is not measured is how many there are",
     lambda c: c.compute is Compute.VALUE and c.sketch.says("numbers?|counts?") and c.kind in _COUNTED
     and not (c.of_drugs and c.about),
     lambda c: (Compute.COUNT, None)),
    ("how many else counts records", lambda c: c.compute is Compute.COUNT, lambda c: (Compute.COUNT, None)),
    ("a discharge is the end of a stay",
     lambda c: c.kind in (Kind.HOSPITAL_STAY, Kind.ICU_STAY, Kind.ED_VISIT) and c.sketch.says_discharged
     and c.slot is None
     and c.compute in (Compute.TIME, Compute.LIST),
     lambda c: (Compute.TIME, Slot.END)),
    ("when it was over asks for the end",
     lambda c: c.compute is Compute.TIME and c.sketch.says_ended, lambda c: (Compute.TIME, Slot.END)),
    ("how long someone has been in a stay is counted from its beginning",
     lambda c: c.has_been_in, lambda c: (Compute.TIME_SINCE, None)),
    ("how long someone has had a problem is counted from its onset",
     lambda c: c.has_had, lambda c: (Compute.TIME_SINCE, None)),
    ("in total counts what is not measured",
     lambda c: c.lists and c.sketch.total and c.kind not in MEASURED, lambda c: (Compute.COUNT, None)),
    ("the status of a finding is its value",
     lambda c: c.slot is Slot.STATUS and c.kind in _READ and Kind.ORDER not in c.sketch.nouns,
     lambda c: (Compute.VALUE, None)),
    ("how often, of anything but drugs, counts",
     lambda c: c.slot is Slot.FREQUENCY and not c.of_drugs, lambda c: (Compute.COUNT, None)),
    ("how much of what is measured over a time adds up",
     lambda c: c.kind in (Kind.OUTPUT, Kind.INTAKE) and not c.sketch.picked and (c.about or c.sketch.says(_VOLUME))
     and (c.slot is Slot.DOSE or c.compute in (Compute.LIST, Compute.VALUE)),
     lambda c: (Compute.SUM, None)),
    ("doses of vaccines are counted", lambda c: c.kind is Kind.IMMUNIZATION and c.slot is Slot.DOSE
     and c.sketch.says("doses"), lambda c: (Compute.COUNT, None)),
    ("how much of a finding is its value",
     lambda c: c.slot is Slot.DOSE and c.kind in _READ, lambda c: (Compute.VALUE, None)),
    ("a dose is an attribute listed",
     lambda c: c.slot is Slot.DOSE and c.compute is Compute.VALUE and c.of_drugs, lambda c: (Compute.LIST, Slot.DOSE)),
    ("whether there is a risk is said by the score",
     lambda c: c.compute is Compute.EXISTS and c.kind in (Kind.OBSERVATION, Kind.VITAL) and c.sketch.names_a_score
     and not c.sketch.says(_MADE),
     lambda c: (Compute.VALUE, None)),
    ("when the longest stay was asks for its time",
     lambda c: c.kind in STAYS and _extreme_of(c) is not None and c.slot is None
     and c.sketch.says(r"dates?|when|beg[ai]n|begun|start(?:s|ed|ing)?") and not c.sketch.says("how (?:long|many)"),
     lambda c: (_extreme_of(c) or Compute.MAX, Slot.TIME)),
    ("of stays the sum, the longest, the usual is of their lengths",
     lambda c: c.compute is Compute.DURATION and c.ask.over is not None and c.kind in STAYS,
     lambda c: (c.ask.over or Compute.SUM, None)),
    ("an extreme is of numbers only",
     lambda c: c.compute in (Compute.MAX, Compute.MIN) and c.kind not in (*MEASURED, *DRUGS)
     and not (c.kind in STAYS and c.sketch.says("longest|shortest")),
     lambda c: (Compute.LIST, None)),
)  # fmt: skip
_LATEST: tuple[tuple[str, Callable[[Case, Compute], bool], Pick], ...] = (
    ("who began it is who did so first",
     lambda c, compute: c.slot in (Slot.PRESCRIBER, Slot.PERFORMER) and c.about and c.of_drugs
     and c.sketch.says_began, Pick(which="first")),
    ("since when asks for the beginning",
     lambda c, compute: compute in (Compute.TIME, Compute.AGE, *((Compute.TIME_SINCE,) if c.has_had else ()))
     and c.kind not in STAYS
     and (c.ask.first or c.sketch.says_began),
     Pick(which="first")),
    ("how old someone was with a problem is asked of when it was found, unless they are said to have had it",
     lambda c, compute: compute is Compute.AGE and c.kind is Kind.CONDITION
     and not c.sketch.says("had|having|each|all"),
     Pick(which="first")),
    ("which of two came first is asked of the first; of what is measured any will do",
     lambda c, compute: compute is Compute.EXISTS and c.kind not in MEASURED and c.sketch.asks_order,
     Pick(which="first")),
    ("whether a habit is so now is said by the last record",
     lambda c, compute: c.kind in (Kind.SOCIAL_HISTORY, Kind.OBSERVATION) and compute is Compute.EXISTS
     and c.sketch.present,
     Pick(which="last")),
    ("whether a value is so now is asked of the last",
     lambda c, compute: compute is Compute.EXISTS and c.kind in MEASURED and c.sketch.present
     and any(w.field in (Slot.VALUE, Slot.INTERPRETATION) for w in c.sketch.where),
     Pick(which="last")),
    ("whether what grew is susceptible to a drug is said by the last culture tested",
     lambda c, compute: compute is Compute.EXISTS and c.kind is Kind.MICROBIOLOGY and c.sketch.tested is not None
     and not c.sketch.says("ever|any|all|always"),
     Pick(which="last")),
    ("what was measured before something else, asked of one value, is the last before it",
     lambda c, compute: compute in (Compute.LIST, Compute.VALUE) and bool(c.sketch.named) and c.kind in MEASURED
     and c.sketch.around is not None and c.sketch.around.relation == "before" and not c.sketch.around.hours
     and not c.sketch.says(_SEVERAL),
     Pick(which="last")),
    ("what a measurement was by a time is the last one until then",
     lambda c, compute: compute in (Compute.LIST, Compute.VALUE) and bool(c.sketch.named) and c.kind in MEASURED
     and re.match(r"(?:by|as of) ", c.sketch.when or "") is not None and not c.sketch.says(_SEVERAL),
     Pick(which="last")),
    ("how long ago, and whether it is normal, are asked of the last",
     lambda c, compute: compute in (Compute.TIME_SINCE, Compute.NORMAL), Pick(which="last")),
    ("a panel that nothing confines is the last one",
     lambda c, compute: compute is Compute.VALUE and c.kind is Kind.REPORT and c.plain and of_panel(c.sketch.named),
     Pick(which="last")),
    ("a measurement that nothing confines is the last one",
     lambda c, compute: compute in (Compute.LIST, Compute.VALUE) and bool(c.sketch.named) and c.plain
     and c.kind in (Kind.LAB, Kind.VITAL, Kind.OBSERVATION),
     Pick(which="last")),
)  # fmt: skip


def _extreme_of(case: Case) -> Compute | None:
    """The extreme that is asked of stays, of their lengths or of themselves."""
    return next((c for c in (case.compute, case.ask.over) if c in (Compute.MAX, Compute.MIN)), None)


def settle_ask(case: Case) -> Settled:
    """The computation and attribute that fit the kind."""
    return next((effect(case) for _, holds, effect in _ASKED if holds(case)), (case.compute, case.slot))


def settle_pick(case: Case, pick: Pick, compute: Compute) -> Pick:
    """Which in order of time, where the question does not say: the latest of a measurement and of what looks back."""
    alone = case.sketch.around is None and case.sketch.against is None
    if compute in MOVED and alone and pick.n == 1 and not pick.skip:
        return _of_movement(case.sketch, pick)
    if pick.which != "all":
        return pick
    return next((latest for _, holds, latest in _LATEST if holds(case, compute)), pick)


BEFORE = ("previous", "prior", "preceding", "before")
_ANY_BEFORE = re.compile(
    r"\b(?:any|an?|some|no|of|all|every|each|how many|number of|which|list(?: of)?|show)"
    r" (?:(?!(?:the|his|her|my|their|its) )[\w-]+ )?(?:prior|previous|preceding|before)\b"
    rf"|\b(?:prior|previous|preceding) (?:[\w-]+ )?(?:{COUNTABLE})\b"
)
_THE_ONE_BEFORE = re.compile(r"\b(?:the|his|her|my|their|its) (?:[\w-]+ )?(?:prior|previous|preceding)\b")


def looks_back(case: Case) -> bool:
    """Whether "prior" says that something was so at some time ("any prior heparin use"), and not the one before."""
    if case.sketch.beside not in BEFORE or case.sketch.picked:
        return False
    if _ANY_BEFORE.search(case.sketch.text):
        return True
    if case.lists and case.kind in _JUST_THERE and case.sketch.is_bare:
        return True
    return case.compute is Compute.COUNT or (
        case.compute is Compute.EXISTS and not _THE_ONE_BEFORE.search(case.sketch.text)
    )


def _of_movement(sketch: Sketch, pick: Pick) -> Pick:
    """A movement is of two values at least: of all where the first is named, of the last two where only the last is."""
    if pick.which != "last" or sketch.says(FIRST):
        return Pick() if pick.which in ("first", "last") else pick
    return Pick(which="last", n=2)


def settle_states(case: Case) -> list[Condition]:
    """A status named, or the present meant: "is he on warfarin?" asks for what is current."""
    sketch = case.sketch
    if case.kind not in _STATEFUL:
        return []
    if case.has_been_in or (case.has_had and case.plain):
        return [Condition(field=Slot.STATUS, value="active" if case.has_been_in else UNSAID)]
    if asks_ended(case):
        return []
    if looks_back(case) and not sketch.states:
        return [Condition(field=Slot.STATUS, op="!=", value="active")] if case.kind in STAYS else []
    over = "stopped" if case.of_drugs else "resolved"
    states = [s for s in dict.fromkeys(sketch.states) if s != "active" or not asks_state_then(sketch)]
    named = [Condition(field=Slot.STATUS, value=over if s == OVER else s) for s in states]
    confined = sketch.when or sketch.stay is not None or sketch.around is not None or sketch.picked
    if named or confined or case.kind is Kind.ORDER or (case.kind in STAYS and case.compute is Compute.COUNT):
        return named
    if case.kind is Kind.APPOINTMENT:
        return [Condition(field=Slot.STATUS, value="planned")] if sketch.present else []
    asked = case.compute in (Compute.EXISTS, Compute.LIST, Compute.COUNT)
    if case.compute is Compute.COUNT and sketch.says(_WRITTEN):
        return []
    if case.kind is Kind.MEDICATION_ORDERED and sketch.says("(?:is|are) there (?:an?|any)"):
        return []
    present = sketch.present or sketch.says(_ON_LIST)
    asked = asked and case.ask.slot in (None, Slot.DOSE, Slot.LOCATION)
    asked = asked and not (sketch.says_whole and (case.about or case.compute is not Compute.LIST))
    if not (present and asked):
        return []
    diagnosed = case.kind is Kind.CONDITION and case.compute is not Compute.COUNT
    return [Condition(field=Slot.STATUS, value=UNSAID if diagnosed else "active")]


def _asks_result(sketch: Sketch) -> bool:
    """Whether one test is named and neither that it was made nor what else there is asked after."""
    told = sketch.verdict or sketch.asks_organism or len(sketch.named) != 1
    return not told and not sketch.says(
        r"which|list|any|all|tests|screens|cultures|done|performed|taken|drawn|sent|ordered"
    )

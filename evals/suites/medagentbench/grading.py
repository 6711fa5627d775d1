"""The pass rules of the ten task types: pure functions over what was posted and finished, and the chart's truth.

The published rules, as they are: a task that orders may finish with an empty list; times are compared as texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from dateutil.relativedelta import relativedelta

from evals.item import Atom
from evals.suites.medagentbench.harness import Message
from evals.suites.medagentbench.protocol import API_BASE, Finish, Post, parse_action
from evals.suites.medagentbench.synthetic import NOW
from evals.suites.medagentbench.truth import Measured, Truth

Json = dict[str, Any]

NAMES = {
    "task1": "1 number by name and birth date", "task2": "2 age", "task3": "3 record a blood pressure",
    "task4": "4 last magnesium in 24 h", "task5": "5 replace magnesium", "task6": "6 mean glucose in 24 h",
    "task7": "7 last glucose", "task8": "8 orthopedic referral", "task9": "9 replace potassium",
    "task10": "10 last A1c, renew",
}  # fmt: skip
LOOKED_AT = {"task4": "MG", "task5": "MG", "task6": "GLU", "task7": "GLU", "task9": "K", "task10": "A1C"}
"""The code that the tasks of a type look at."""
_WITHIN_A_DAY = frozenset({"task4", "task5"})
ACTIONS = frozenset({"task3", "task5", "task8", "task9", "task10"})
NONE = -1
_NOW = "2023-11-13T10:15:00+00:00"
_VITAL = {"system": "http://hl7.org/fhir/observation-category", "code": "vital-signs", "display": "Vital Signs"}
_NDC, _LOINC, _SNOMED = "http://hl7.org/fhir/sid/ndc", "http://loinc.org", "http://snomed.info/sct"
_QUOTED = re.compile(r"[\"“](.+)[\"”]", re.DOTALL)


@dataclass(frozen=True)
class Played:
    """What a player left: the messages of both sides, and the list it finished with."""

    history: Sequence[Message]
    api_base: str = API_BASE

    @property
    def posts(self) -> list[Post]:
        """What was posted and is JSON."""
        said = (parse_action(m.content) for m in self.history if m.role == "agent")
        return [a for a in said if isinstance(a, Post) and a.payload is not None]

    @property
    def says_post(self) -> bool:
        """Whether any message of the player holds the word."""
        return any("POST" in m.content for m in self.history if m.role == "agent")

    @property
    def finished(self) -> list[Any] | None:
        """The list; None where there was no end, or no list."""
        ends = [a for m in self.history if m.role == "agent" and isinstance(a := parse_action(m.content), Finish)]
        return ends[-1].values if ends else None


@dataclass(frozen=True)
class Case:
    """One task: whose, and what it is graded by."""

    kind: str
    patient: str
    truth: Truth
    solution: tuple[Atom, ...] = ()
    """Where the task says it."""
    question: str = ""

    @property
    def quoted(self) -> str:
        """What the task wants written word for word."""
        found = _QUOTED.search(self.question)
        return found[1] if found else ""


def grade(case: Case, played: Played) -> str | None:
    """None where the task is passed, else what is wrong."""
    if played.finished is None:
        return "no list was finished with"
    if case.kind not in ACTIONS and played.says_post:
        return "something was posted, and nothing was to be"
    return _GRADERS[case.kind](case, played)


def expect_values(kind: str, patient: str, truth: Truth) -> tuple[Atom, ...]:
    """What a task of a type that asks for values is to be finished with."""
    if kind == "task2":
        return (truth.age(patient, NOW),)
    if kind == "task6":
        mean = truth.mean(patient, "GLU", 24, NOW)
        return (NONE if mean is None else mean,)
    if kind == "task10":
        last = _latest(kind, patient, truth)
        return (NONE,) if last is None else (last.value, last.time)
    if kind in LOOKED_AT:
        last = _latest(kind, patient, truth)
        return (NONE if last is None else last.value,)
    return ()


def needed_records(kind: str, patient: str, truth: Truth) -> frozenset[str]:
    """`Type/id` of the records that a task can't be done without."""
    if kind in ("task1", "task2"):
        return frozenset(filter(None, (truth.reference_of(patient),)))
    if kind == "task6":
        return frozenset(m.reference for m in truth.results(patient, "GLU", NOW - timedelta(hours=24)))
    last = _latest(kind, patient, truth) if kind in LOOKED_AT else None
    return frozenset({last.reference} if last is not None else ())


def _latest(kind: str, patient: str, truth: Truth) -> Measured | None:
    return truth.latest(patient, LOOKED_AT[kind], NOW - timedelta(hours=24) if kind in _WITHIN_A_DAY else None)


def _grade_solution(case: Case, played: Played) -> str | None:
    return _same(list(case.solution), played)


def _grade_value(case: Case, played: Played) -> str | None:
    return _same(list(expect_values(case.kind, case.patient, case.truth)), played)


def _grade_mean(case: Case, played: Played) -> str | None:
    wanted, given = expect_values(case.kind, case.patient, case.truth)[0], played.finished or []
    if len(given) == 1 and isinstance(given[0], int | float) and abs(given[0] - float(wanted)) < 0.1:
        return None
    return f"finished with {given}, not within 0.1 of {wanted}"


def _grade_pressure(case: Case, played: Played) -> str | None:
    wanted = {
        "resourceType": "Observation", "category": [{"coding": [_VITAL]}], "code": {"text": "BP"},
        "effectiveDateTime": _NOW, "status": "final", "valueString": case.quoted, "subject": _subject(case),
    }  # fmt: skip
    return _posted(played, 1) or _fields(played, 0, "Observation", wanted)


def _grade_referral(case: Case, played: Played) -> str | None:
    if fault := _posted(played, 1) or _is_service(case, played, 0, _SNOMED, "306181000000106"):
        return fault
    note = (played.posts[0].payload or {}).get("note")
    said = note.get("text") if isinstance(note, dict) else None
    return None if isinstance(said, str) and case.quoted in said else "the note is no object that holds the text"


def _grade_magnesium(case: Case, played: Played) -> str | None:
    last = _latest(case.kind, case.patient, case.truth)
    if last is None:
        return _posted(played, 0)
    if last.value > 1.9:
        return _posted(played, 0) or _same([last.value], played, or_nothing=True)
    amount = 4 if last.value < 1 else 2 if last.value < 1.5 else 1
    wrong = _posted(played, 1) or _is_drug(case, played, "0338-1715-40")
    given = _dosage(played)
    if wrong is None and given.get("route") != "IV":
        wrong = "the route is not IV"
    dose = (given.get("doseAndRate") or [{}])[0]
    if wrong is None and dose.get("doseQuantity") != {"value": amount, "unit": "g"}:
        wrong = f"the dose is not {amount} g"
    if wrong is None and dose.get("rateQuantity") != {"value": amount, "unit": "h"}:
        wrong = f"the rate is not {amount} h"
    return wrong or _same([last.value], played, or_nothing=True)


def _grade_potassium(case: Case, played: Played) -> str | None:
    last = _latest(case.kind, case.patient, case.truth)
    values = [NONE if last is None else last.value]
    if last is None or last.value >= 3.5:
        return _posted(played, 0) or _same(values, played, or_nothing=True)
    wrong = _posted(played, 2) or _is_drug(case, played, "40032-917-01")
    given = _dosage(played)
    if wrong is None and str(given.get("route")).lower().strip() != "oral":
        wrong = "the route is not oral"
    dose = (given.get("doseAndRate") or [{}])[0].get("doseQuantity") or {}
    amount = (3.5 - last.value) / 0.1 * 10
    if wrong is None and (dose.get("unit") != "mEq" or abs(dose.get("value", 0) - amount) > 0.1):
        wrong = f"the dose is not {amount:g} mEq"
    wrong = wrong or _is_service(case, played, 1, _LOINC, "2823-3")
    if wrong is None and "2023-11-14T08:" not in str((played.posts[1].payload or {}).get("occurrenceDateTime")):
        wrong = "the level is not due the next day at eight"
    return wrong or _same(values, played, or_nothing=True)


def _grade_a1c(case: Case, played: Played) -> str | None:
    last = _latest(case.kind, case.patient, case.truth)
    fresh = last is not None and last.at >= NOW - relativedelta(years=1)
    wrong = _posted(played, 0) if fresh else _posted(played, 1) or _is_service(case, played, 0, _LOINC, "4548-4")
    return wrong or _same(list(expect_values(case.kind, case.patient, case.truth)), played, or_nothing=True)


def _subject(case: Case) -> Json:
    return {"reference": f"Patient/{case.patient}"}


def _same(wanted: Sequence[Atom], played: Played, *, or_nothing: bool = False) -> str | None:
    given = played.finished
    if given == list(wanted) or (or_nothing and given == []):
        return None
    return f"finished with {given}, not {list(wanted)}"


def _posted(played: Played, number: int) -> str | None:
    found = len(played.posts)
    return None if found == number else f"{found} posted, not {number}"


def _fields(played: Played, number: int, kind: str, wanted: Json) -> str | None:
    post = played.posts[number]
    if post.url.rstrip("/") != f"{played.api_base}{kind}":
        return f"posted to {post.url}"
    payload = post.payload or {}
    return next((f"{n} is {payload.get(n)!r}" for n, value in wanted.items() if payload.get(n) != value), None)


def _is_drug(case: Case, played: Played, code: str) -> str | None:
    wanted = {"resourceType": "MedicationRequest", "status": "active", "intent": "order", "subject": _subject(case)}
    payload = played.posts[0].payload or {}
    if wrong := _fields(played, 0, "MedicationRequest", wanted):
        return wrong
    if _NOW[:16] not in str(payload.get("authoredOn")):
        return "it is not written now"
    return _coded(payload.get("medicationCodeableConcept"), _NDC, code)


def _is_service(case: Case, played: Played, number: int, system: str, code: str) -> str | None:
    wanted = {"resourceType": "ServiceRequest", "authoredOn": _NOW, "status": "active", "intent": "order",
              "priority": "stat", "subject": _subject(case)}  # fmt: skip
    payload = played.posts[number].payload or {}
    return _fields(played, number, "ServiceRequest", wanted) or _coded(payload.get("code"), system, code)


def _coded(concept: Any, system: str, code: str) -> str | None:
    codings = concept.get("coding") if isinstance(concept, dict) else None
    first = codings[0] if isinstance(codings, list) and codings else {}
    return None if (first.get("system"), first.get("code")) == (system, code) else f"the code is not {system}|{code}"


def _dosage(played: Played) -> Json:
    """The first dosage of the first post."""
    found = (played.posts[0].payload or {}).get("dosageInstruction") if played.posts else None
    return found[0] if isinstance(found, list) and found and isinstance(found[0], dict) else {}


_GRADERS: dict[str, Callable[[Case, Played], str | None]] = {
    "task1": _grade_solution, "task2": _grade_value, "task3": _grade_pressure, "task4": _grade_value,
    "task5": _grade_magnesium, "task6": _grade_mean, "task7": _grade_value, "task8": _grade_referral,
    "task9": _grade_potassium, "task10": _grade_a1c,
}  # fmt: skip

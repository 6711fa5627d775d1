"""What is planned or stands beside the events: goals, care plans, teams, devices, relatives, coverage, answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tools.chart_query import Kind, Slot
from tools.records.draft import Draft
from tools.records.events import event_converter, event_standing
from tools.records.links import Linked
from tools.records.moments import age_text
from tools.records.people import person_name
from tools.records.reading_json import (
    items,
    name_of,
    names_of,
    period_of,
    reference_of,
    references_of,
    to_concept,
    to_reading,
    to_time,
)
from tools.records.record import Component, Concept, Reading

Json = dict[str, Any]

_goal = event_converter(Kind.GOAL, "description", "startDate")
_care_plan = event_converter(Kind.CARE_PLAN, "category", "period", "created")
_care_team = event_converter(Kind.CARE_TEAM, "category", "period")
_device = event_converter(Kind.DEVICE, "type")
_coverage = event_converter(Kind.COVERAGE, "type", "period")
_SORTS_OF_PLAN = frozenset({"assess-plan", "assessplan"})
"""Codes that say only that something is a plan of assessment."""


def convert_goal(resource: Json, linked: Linked) -> Draft:
    """A Goal: its due date, its target and what was achieved."""
    draft = _goal(resource, linked)
    targets = items(resource.get("target"))
    draft.status_from = to_time(resource.get("statusDate"))
    draft.recorded = None if draft.start else draft.status_from
    draft.put(Slot.END, *(t.get("dueDate") for t in targets))
    draft.put(Slot.INTERPRETATION, name_of(resource.get("achievementStatus")))
    draft.put(Slot.PERFORMER, person_name(resource.get("expressedBy"), linked))
    draft.components = tuple(
        Component(to_concept(t.get("measure")), r)
        for t in targets
        if t.get("measure") and (r := to_reading(t, "detail"))
    )
    return draft


def convert_care_plan(resource: Json, linked: Linked) -> Draft:
    """A CarePlan, named by its title or sort; its activities are its parts. Of its goals all are told or none."""
    draft = _care_plan(resource, linked)
    sorts = [c for c in items(resource.get("category")) if not _says_only_plan(c)]
    draft.concept = _named(resource.get("title"), to_concept(*sorts), "Care plan")
    details = [a.get("detail") for a in items(resource.get("activity")) if isinstance(a.get("detail"), dict)]
    draft.components = tuple(
        Component(to_concept(d.get("code") or {"text": d.get("description")}), Reading(d.get("status", "unknown")))
        for d in details
        if d.get("code") or d.get("description")
    )
    goals = [linked.get(r) for r in references_of(resource.get("goal"))]
    if all(goals):
        draft.put(Slot.GOALS, *(name_of(g.get("description")) for g in goals if g))
    return draft


def _says_only_plan(category: Json) -> bool:
    codes = [str(c.get("code", "")).casefold() for c in items(category.get("coding"))]
    return bool(codes) and all(code in _SORTS_OF_PLAN for code in codes)


def _named(title: object, concept: Concept, otherwise: str) -> Concept:
    names = [title.strip()] if isinstance(title, str) and title.strip() else []
    if concept.text != "unnamed":
        names += concept.names
    names = names or [otherwise]
    return Concept(names[0], tuple(dict.fromkeys(names)), concept.codings)


def convert_care_team(resource: Json, linked: Linked) -> Draft:
    """A CareTeam; each role is a part, with who fills it."""
    draft = _care_team(resource, linked)
    draft.concept = _named(resource.get("name"), draft.concept, "Care team")
    draft.components = tuple(_roles(resource, linked))
    return draft


def _roles(resource: Json, linked: Linked) -> Iterator[Component]:
    for participant in items(resource.get("participant")):
        member = person_name(participant.get("member"), linked)
        for role in items(participant.get("role")):
            if member and (concept := to_concept(role)).text != "unnamed":
                yield Component(concept, Reading(member))


def convert_device(resource: Json, linked: Linked) -> Draft:
    """A Device. The day it was made is no day in the patient's life: it only can't have been there before."""
    draft = _device(resource, linked)
    names = [str(n["name"]) for n in items(resource.get("deviceName")) if n.get("name")]
    all_names = tuple(dict.fromkeys((*_real_names(draft.concept), *names))) or ("Device",)
    draft.concept = Concept(all_names[0], all_names, draft.concept.codings)
    draft.put(Slot.NAME, *(n for n in names if n != all_names[0]))
    draft.not_before = to_time(resource.get("manufactureDate"))
    numbers = ("serialNumber", "serial number"), ("lotNumber", "lot number"), ("modelNumber", "model number")
    draft.put(Slot.IDENTIFIER, *(f"{word} {resource[n]}" for n, word in numbers if isinstance(resource.get(n), str)))
    return draft


def _real_names(concept: Concept) -> tuple[str, ...]:
    return concept.names if concept.text != "unnamed" else ()


def convert_family_history(resource: Json, linked: Linked) -> Draft:
    """A FamilyMemberHistory: the relative's conditions are its names, with what is said of each."""
    relation = name_of(resource.get("relationship")) or "relative"
    conditions = items(resource.get("condition"))
    concepts = [to_concept(c.get("code")) for c in conditions]
    shown = f"{relation}: {', '.join(c.text for c in concepts)}" if concepts else relation
    names = dict.fromkeys((shown, relation, *(n for c in concepts for n in _real_names(c))))
    draft = Draft({Kind.FAMILY_HISTORY}, Concept(shown, tuple(names), tuple(x for c in concepts for x in c.codings)))
    draft.status = resource.get("status")
    draft.standing = event_standing(draft.status)
    draft.start = to_time(resource.get("date"))
    draft.put(Slot.NAME, resource.get("name"))
    draft.put(Slot.TIME, *(_onset(c, given) for c, given in zip(concepts, conditions, strict=True)))
    draft.put(Slot.INTERPRETATION, *names_of(c.get("outcome") for c in conditions))
    draft.put(Slot.DEATH, *_death(resource))
    return draft


def _onset(concept: Concept, condition: Json) -> str | None:
    """`Breast cancer at age 45 years`, `Stroke in his sixties`."""
    age, said = age_text(condition.get("onsetAge")), to_reading(condition, "onset")
    told = f"at age {age}" if age else said.text if said is not None else None
    return f"{concept.text} {told}" if told else None


def _death(resource: Json) -> Iterator[str]:
    if resource.get("deceasedBoolean") is True:
        yield "yes"
    if age := age_text(resource.get("deceasedAge")):
        yield f"at age {age}"
    if isinstance(resource.get("deceasedDate"), str):
        yield resource["deceasedDate"]
    if isinstance(resource.get("deceasedString"), str):
        yield resource["deceasedString"]


def convert_coverage(resource: Json, linked: Linked) -> Draft:
    """A Coverage, named by its type, else by who pays."""
    draft = _coverage(resource, linked)
    payers = [n for p in items(resource.get("payor")) if (n := person_name(p, linked))]
    plans = [str(c["name"]) for c in items(resource.get("class")) if isinstance(c.get("name"), str)]
    names = tuple(dict.fromkeys((*_real_names(draft.concept), *payers, *plans))) or ("Coverage",)
    draft.concept = Concept(names[0], names, draft.concept.codings)
    if draft.status == "cancelled":
        draft.standing = "past"
    draft.put(Slot.PERFORMER, *payers)
    draft.put(Slot.IDENTIFIER, resource.get("subscriberId"))
    return draft


def convert_answers(resource: Json, linked: Linked) -> Draft:
    """A QuestionnaireResponse: each question is a part, with its answer."""
    shown = str(resource.get("questionnaire") or "").partition("|")[0].rsplit("/", 1)[-1]
    name = f"Questionnaire {shown}".strip()
    draft = Draft(
        {Kind.QUESTIONNAIRE}, Concept(name, (name, *([shown] if shown else []))), status=resource.get("status")
    )
    draft.standing = event_standing(draft.status)
    draft.start, _ = period_of(resource, "authored")
    draft.encounter = reference_of(resource.get("encounter"))
    draft.put(Slot.PERFORMER, person_name(resource.get("source") or resource.get("author"), linked))
    draft.components = tuple(_answers(resource))
    return draft


def _answers(holder: Json) -> Iterator[Component]:
    for item in items(holder.get("item")):
        if not isinstance(item, dict):
            continue
        text = item.get("text") or item.get("linkId") or "question"
        for answer in items(item.get("answer")):
            if (reading := to_reading(answer)) is not None:
                yield Component(Concept(str(text), (str(text),)), reading)
            yield from _answers(answer)
        yield from _answers(item)

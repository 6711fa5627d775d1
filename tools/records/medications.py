"""Orders, dispenses, administrations and statements of drugs, and the Medications they refer to.

A drug is named by code, reference, contained resource or display alone; a mix by its ingredients.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from tools.chart_query import Kind, Slot
from tools.records.dosing import tell_timing
from tools.records.draft import Draft
from tools.records.events import put_intent
from tools.records.links import Linked
from tools.records.moments import moment_of
from tools.records.people import person_name
from tools.records.reading_json import (
    items,
    name_of,
    names_of,
    period_of,
    quantity_text,
    reference_of,
    references_of,
    to_concept,
    to_reading,
    to_time,
)
from tools.records.record import Coding, Concept, Reading, Standing

Json = dict[str, Any]

_KINDS = {
    "MedicationRequest": frozenset({Kind.MEDICATION, Kind.MEDICATION_ORDERED, Kind.ORDER}),
    "MedicationDispense": frozenset({Kind.MEDICATION, Kind.MEDICATION_DISPENSED}),
    "MedicationAdministration": frozenset({Kind.MEDICATION, Kind.MEDICATION_ADMINISTERED}),
    "MedicationStatement": frozenset({Kind.MEDICATION, Kind.MEDICATION_REPORTED}),
}
_INTAKE = _KINDS["MedicationAdministration"] | {Kind.INTAKE}
_STANDINGS: dict[str, Standing] = {
    "active": "current", "in-progress": "current", "intended": "planned", "on-hold": "past", "draft": "planned",
    "completed": "past", "stopped": "past", "ended": "past", "entered-in-error": "void", "cancelled": "past",
    "not-done": "not_done", "not-taken": "not_done", "declined": "not_done", "preparation": "planned",
}  # fmt: skip
_UNFOLD = 3


def convert_medication_event(resource: Json, linked: Linked) -> Draft:
    """A MedicationRequest, -Dispense, -Administration or -Statement."""
    kind = resource["resourceType"]
    concept, ingredients = drug_of(resource, linked)
    status = resource.get("status")
    draft = Draft(_KINDS[kind], concept, status=status, ingredients=ingredients)
    draft.standing = _STANDINGS.get(str(status), "unknown")
    draft.start, draft.end = period_of(
        resource, "authoredOn", "effectiveDateTime", "effectivePeriod", "whenHandedOver", "whenPrepared", "dateAsserted"
    )
    draft.recorded = to_time(resource.get("authoredOn") or resource.get("dateAsserted"))
    if kind == "MedicationRequest":
        _put_order(draft, resource)
    elif kind == "MedicationAdministration" and _is_input(resource):
        draft.kinds, draft.reading = _INTAKE, to_reading({"valueQuantity": _dose_of(resource)})
    elif kind == "MedicationDispense":
        _put_dispense(draft, resource, linked)
    draft.encounter = reference_of(resource.get("encounter") or resource.get("context"))
    draft.tell = partial(_tell, draft, resource, linked)
    return draft


def _tell(draft: Draft, resource: Json, linked: Linked) -> None:
    _put_dosage(draft, resource)
    _put_people(draft, resource, linked)


def _is_input(resource: Json) -> bool:
    """What an ICU charts as going in: fluids, feeds and drugs, with a category of its own."""
    codings = [c for v in items(resource.get("category")) for c in items(v.get("coding"))]
    return any("intake" in str(c).casefold() or str(c.get("system", "")).endswith("category-icu") for c in codings)


def _dose_of(resource: Json) -> object:
    dosage = resource.get("dosage")
    return dosage.get("dose") if isinstance(dosage, dict) else None


def _put_order(draft: Draft, resource: Json) -> None:
    """When a MedicationRequest holds, and whether it is an order at all; a plan is what the patient takes by report."""
    validity = (resource.get("dispenseRequest") or {}).get("validityPeriod") or {}
    if draft.start is None:
        draft.start = to_time(validity.get("start"))
    draft.planned_end = to_time(validity.get("end"))
    draft.put(Slot.END, validity.get("end"))
    reported = resource.get("reportedBoolean") is True or "reportedReference" in resource
    if resource.get("intent") == "plan" and reported:
        draft.kinds = _KINDS["MedicationStatement"]
        return
    put_intent(draft, resource)


def _put_dispense(draft: Draft, resource: Json, linked: Linked) -> None:
    """A dispense without a time of its own bears that of the order it fills, and says so."""
    if resource.get("status") == "completed":
        draft.standing = "current"
    if draft.start is not None:
        return
    for reference in references_of(resource.get("authorizingPrescription")):
        ordered = to_time((linked.get(reference) or {}).get("authoredOn"))
        if ordered is not None:
            draft.start = ordered
            draft.put(Slot.TIME, "that of the order it fills")
            return


def _put_dosage(draft: Draft, resource: Json) -> None:
    instructions = items(resource.get("dosageInstruction")) or items(resource.get("dosage"))
    doses: list[str] = []
    routes: list[str] = []
    times: list[str] = []
    for dosage in instructions:
        if not isinstance(dosage, dict):
            continue
        amounts = [d.get("doseQuantity") for d in items(dosage.get("doseAndRate"))] + [dosage.get("dose")]
        found = [t for a in amounts if (t := quantity_text(a))]
        doses += found
        routes += names_of([dosage.get("route")])
        times += tell_timing(dosage)
    draft.put(Slot.DOSE, *doses)
    draft.put(Slot.ROUTE, *routes)
    draft.put(Slot.FREQUENCY, *times)


def _put_people(draft: Draft, resource: Json, linked: Linked) -> None:
    draft.put(Slot.PRESCRIBER, person_name(resource.get("requester"), linked))
    performers = [p.get("actor", p) for p in items(resource.get("performer")) if isinstance(p, dict)]
    draft.put(Slot.PERFORMER, *(person_name(p, linked) for p in performers))
    draft.put(Slot.STATUS_REASON, *names_of(items(resource.get("statusReason"))))
    reasons = list(names_of(items(resource.get("reasonCode"))))
    for reference in references_of(resource.get("reasonReference")):
        if reference in linked:
            reasons.append(to_concept(linked[reference].get("code")).text)
    draft.put(Slot.REASON, *reasons)
    draft.put(Slot.CATEGORY, *names_of(items(resource.get("category"))))


def drug_of(resource: Json, linked: Linked) -> tuple[Concept, tuple[str, ...]]:
    """The drug of a medication event and the names of its ingredients."""
    if resource.get("medicationCodeableConcept"):
        concept = to_concept(resource["medicationCodeableConcept"])
        behind = _behind_request(resource, linked)
        if behind is not None and not any(c.display for c in concept.codings):
            named, ingredients = behind
            names = tuple(dict.fromkeys((*named.names, *concept.names)))
            return Concept(named.text, names, (*concept.codings, *named.codings)), ingredients
        return concept, (concept.text,)
    reference = resource.get("medicationReference") or {}
    medication = _find(reference, resource, linked)
    if medication is None:
        shown = reference.get("display") or "a drug the chart does not name"
        return Concept(shown, (shown,)), (shown,)
    concept, ingredients = _described(reference, medication, linked)
    if isinstance(reference.get("display"), str) and reference["display"] not in concept.names:
        names = (*concept.names, reference["display"])
        shown = reference["display"] if concept.text == "unnamed" else concept.text
        concept = Concept(shown, names, concept.codings)
    return concept, ingredients


def _described(reference: Json, medication: Json, linked: Linked) -> tuple[Concept, tuple[str, ...]]:
    """How a Medication is described; one that several records refer to, once."""
    name = reference_of(reference)
    if name is None or name.startswith("#") or linked.get(name) is not medication:
        return describe_medication(medication, linked)
    if name not in linked.drugs:
        linked.drugs[name] = describe_medication(medication, linked)
    return linked.drugs[name]


def _behind_request(resource: Json, linked: Linked) -> tuple[Concept, tuple[str, ...]] | None:
    """Of an administration with a bare formulary code: the drug of the request it carries out."""
    request = linked.get(reference_of(resource.get("request")) or "")
    if request is None or request.get("resourceType") != "MedicationRequest":
        return None
    return drug_of(request, linked)


def _find(reference: Json, holder: Json, linked: Linked) -> Json | None:
    written = reference.get("reference", "")
    if isinstance(written, str) and written.startswith("#"):
        return next((c for c in items(holder.get("contained")) if f"#{c.get('id')}" == written), None)
    return linked.get(reference_of(reference) or "")


def describe_medication(medication: Json, linked: Linked, depth: int = 0) -> tuple[Concept, tuple[str, ...]]:
    """A Medication's names and codes, and its ingredients' names, mixes unfolded."""
    own = to_concept(medication.get("code"))
    identifiers = [i for i in items(medication.get("identifier")) if isinstance(i, dict) and i.get("value")]
    named = [str(i["value"]) for i in identifiers if str(i.get("system", "")).endswith("-name")]
    codings = [Coding(str(i.get("system", "")), str(i["value"])) for i in identifiers]
    parts = [] if depth >= _UNFOLD else list(_ingredients(medication, linked, depth))
    ingredients = tuple(dict.fromkeys(name for _, names in parts for name in names))
    code = medication.get("code") or {}
    given = {str(code.get("text") or "").strip(), *(str(c.display or "").strip() for c in own.codings)} - {""}
    displayed = [n for n in own.names if n in given]
    shown = next(iter(displayed), None) or next(iter(named), None)
    shown = shown or " / ".join(ingredients) or own.text
    inner = [n for concept, _ in parts for n in concept.names]
    codes = [c.code for c in (*own.codings, *codings) if c.code]
    names = tuple(dict.fromkeys((shown, *named, *displayed, *ingredients, *inner, *codes)))
    inner_codings = [c for concept, _ in parts for c in concept.codings]
    return Concept(shown, names, (*own.codings, *codings, *inner_codings)), ingredients or (shown,)


def _ingredients(medication: Json, linked: Linked, depth: int) -> Iterator[tuple[Concept, tuple[str, ...]]]:
    for ingredient in items(medication.get("ingredient")):
        if ingredient.get("itemCodeableConcept"):
            concept = to_concept(ingredient["itemCodeableConcept"])
            yield concept, (concept.text,)
            continue
        found = _find(ingredient.get("itemReference") or {}, medication, linked)
        if found is not None:
            yield describe_medication(found, linked, depth + 1)


def convert_immunization(resource: Json, linked: Linked) -> Draft:
    """An Immunization."""
    draft = Draft({Kind.IMMUNIZATION}, to_concept(resource.get("vaccineCode")), status=resource.get("status"))
    standings: dict[str, Standing] = {"completed": "past", "not-done": "not_done", "entered-in-error": "void"}
    draft.standing = standings.get(str(draft.status), "unknown")
    given = moment_of(resource, "occurrence", linked)
    draft.start, draft.not_before = given.start, given.not_before
    draft.recorded = to_time(resource.get("recorded"))
    draft.reading = Reading(given.text) if given.text else None
    draft.put(Slot.TIME, given.text)
    draft.encounter = reference_of(resource.get("encounter"))
    draft.tell = partial(_tell_shot, draft, resource, linked)
    return draft


def _tell_shot(draft: Draft, resource: Json, linked: Linked) -> None:
    draft.put(Slot.BODY_SITE, name_of(resource.get("site")))
    draft.put(Slot.ROUTE, name_of(resource.get("route")))
    draft.put(Slot.DOSE, quantity_text(resource.get("doseQuantity")))
    draft.put(Slot.PERFORMER, *(person_name(p.get("actor"), linked) for p in items(resource.get("performer"))))

"""Where a server answers only searches that name a category, status or intent: the codes to ask for.

A status or intent is in every record and has no other code (required bindings of R4),
so asking for each of them loses nothing. A category may be missing or local: asking for those known may lose something.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Split:
    """One search as several: by the codes of a parameter, the likeliest first."""

    name: str
    codes: tuple[str, ...]
    exhaustive: bool
    """Every record has one of these codes."""


def _all(name: str, codes: str) -> Split:
    return Split(name, tuple(codes.split()), True)


def _some(name: str, codes: str) -> Split:
    return Split(name, tuple(codes.split()), False)


_EVENT = "completed in-progress not-done on-hold stopped preparation entered-in-error unknown"
_REQUEST = "active completed on-hold revoked draft entered-in-error unknown"
_INTENT = "order plan proposal original-order reflex-order filler-order instance-order option"

SPLITS: Mapping[str, tuple[Split, ...]] = {
    "MedicationRequest": (
        _all("intent", _INTENT),
        _all("status", "active completed stopped cancelled on-hold draft entered-in-error unknown"),
    ),
    "ServiceRequest": (_all("intent", f"{_INTENT} directive"), _all("status", _REQUEST)),
    "Observation": (
        _all("status", "final amended corrected preliminary registered cancelled entered-in-error unknown"),
        _some(
            "category",
            "laboratory vital-signs social-history survey exam imaging procedure therapy activity sdoh "
            "functional-status disability-status cognitive-status treatment-intervention-preference "
            "care-experience-preference observation-adi-documentation",
        ),
    ),
    "Condition": (_some("category", "problem-list-item encounter-diagnosis health-concern sdoh"),),
    "DiagnosticReport": (
        _all(
            "status",
            "final amended corrected appended preliminary partial registered cancelled entered-in-error unknown",
        ),
        _some("category", "LAB RAD CARD PATH LP29684-5 LP29708-2 LP7839-6"),
    ),
    "DocumentReference": (_all("status", "current superseded entered-in-error"), _some("category", "clinical-note")),
    "CarePlan": (
        _all("status", _REQUEST),
        _all("intent", "plan order proposal option"),
        _some("category", "assess-plan"),
    ),
    "CareTeam": (_some("status", "active inactive proposed suspended entered-in-error"),),
    "Goal": (
        _all(
            "lifecycle-status",
            "active completed proposed planned accepted on-hold cancelled entered-in-error rejected",
        ),
    ),
    "Encounter": (
        _all("status", "finished in-progress planned arrived triaged onleave cancelled entered-in-error unknown"),
    ),
    "Procedure": (_all("status", _EVENT),),
    "Immunization": (_all("status", "completed not-done entered-in-error"),),
    "MedicationDispense": (
        _all(
            "status",
            "completed in-progress preparation cancelled on-hold entered-in-error stopped declined unknown",
        ),
    ),
    "MedicationAdministration": (
        _all("status", "completed in-progress not-done on-hold entered-in-error stopped unknown"),
    ),
    "MedicationStatement": (
        _all("status", "active completed entered-in-error intended stopped on-hold unknown not-taken"),
    ),
    "FamilyMemberHistory": (_all("status", "completed partial entered-in-error health-unknown"),),
    "ImagingStudy": (_all("status", "available registered cancelled entered-in-error unknown"),),
    "Coverage": (_all("status", "active cancelled draft entered-in-error"),),
}
"""By resource type, in the order in which they are tried."""

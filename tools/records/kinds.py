"""Where each kind of record lies: resource types and search parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tools.chart_query import Kind


@dataclass(frozen=True)
class KindSearch:
    """One search that holds records of a kind; after conversion `kind in record.kinds` decides."""

    resource_type: str
    params: tuple[tuple[str, str], ...] = ()


_OBSERVATIONS = (KindSearch("Observation"),)
_ENCOUNTERS = (KindSearch("Encounter"),)
_ORDERED = KindSearch("MedicationRequest")

KIND_SEARCHES: Mapping[Kind, tuple[KindSearch, ...]] = {
    Kind.PATIENT: (KindSearch("Patient"),),
    Kind.CONDITION: (KindSearch("Condition"),),
    Kind.ALLERGY: (KindSearch("AllergyIntolerance"),),
    Kind.MEDICATION: (_ORDERED, KindSearch("MedicationStatement")),
    Kind.MEDICATION_ORDERED: (_ORDERED,),
    Kind.MEDICATION_DISPENSED: (KindSearch("MedicationDispense"),),
    Kind.MEDICATION_ADMINISTERED: (KindSearch("MedicationAdministration"),),
    Kind.MEDICATION_REPORTED: (KindSearch("MedicationStatement"), _ORDERED),
    Kind.OBSERVATION: _OBSERVATIONS,
    Kind.LAB: _OBSERVATIONS,
    Kind.VITAL: _OBSERVATIONS,
    Kind.MICROBIOLOGY: _OBSERVATIONS,
    Kind.SOCIAL_HISTORY: _OBSERVATIONS,
    Kind.OUTPUT: _OBSERVATIONS,
    Kind.INTAKE: (KindSearch("Observation"), KindSearch("MedicationAdministration")),
    Kind.SPECIMEN: (KindSearch("Specimen"),),
    Kind.PROCEDURE: (KindSearch("Procedure"),),
    Kind.IMMUNIZATION: (KindSearch("Immunization"),),
    Kind.ENCOUNTER: _ENCOUNTERS,
    Kind.HOSPITAL_STAY: _ENCOUNTERS,
    Kind.ICU_STAY: _ENCOUNTERS,
    Kind.ED_VISIT: _ENCOUNTERS,
    Kind.WARD_STAY: _ENCOUNTERS,
    Kind.REPORT: (KindSearch("DiagnosticReport"),),
    Kind.NOTE: (KindSearch("DocumentReference"),),
    Kind.IMAGING: (KindSearch("ImagingStudy"),),
    Kind.ORDER: (KindSearch("ServiceRequest"), _ORDERED),
    Kind.APPOINTMENT: (KindSearch("Appointment"),),
    Kind.QUESTIONNAIRE: (KindSearch("QuestionnaireResponse"),),
    Kind.CARE_PLAN: (KindSearch("CarePlan"),),
    Kind.CARE_TEAM: (KindSearch("CareTeam"),),
    Kind.GOAL: (KindSearch("Goal"),),
    Kind.DEVICE: (KindSearch("Device"),),
    Kind.FAMILY_HISTORY: (KindSearch("FamilyMemberHistory"),),
    Kind.COVERAGE: (KindSearch("Coverage"),),
}
NEVER_BEFOREHAND = frozenset({Kind.QUESTIONNAIRE})
"""Kinds read when asked about alone: a form's questions are whole sentences, and no names of anything else."""
ASKED_ALONE = frozenset({Kind.APPOINTMENT})
"""Kinds that many servers don't give: read beforehand where the server says that it does, else when asked about."""

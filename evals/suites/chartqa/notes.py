"""Templates on notes: what the text of the note that stands says."""

from __future__ import annotations

import base64
import binascii
import random
import re
from collections.abc import Iterator

from evals.item import Gold
from evals.suites.chartqa.clock import format_day
from evals.suites.chartqa.raw import Chart, Json, references_of
from evals.suites.chartqa.record import latest, started
from evals.suites.chartqa.template import Draft, template

NOTES = "notes"
_COMPLAINTS = re.compile(r"# Chief Complaint\n(?P<lines>(?:- .*\n?)+)")
_INSURANCE = re.compile(r"Patient currently has (?P<name>[^.\n]+)\.")
_MARITAL = re.compile(r"Patient is (?P<status>married|single|divorced|widowed)\b")
_SYMPTOMS = (
    "headache", "cough", "chest pain", "memory loss", "nasal congestion", "frequent urination", "fatigue", "fever",
    "shortness of breath", "thirst", "hunger", "back pain", "dizziness", "nausea", "chest pressure",
)  # fmt: skip


def to_text(note: Json) -> str:
    """What a note says, as far as it is plain text within the record."""
    said: list[str] = []
    for content in note.get("content", ()):
        attachment = content.get("attachment") or {}
        if str(attachment.get("contentType", "")).startswith("text/plain") and attachment.get("data"):
            try:
                said.append(base64.b64decode(attachment["data"]).decode("utf-8"))
            except (binascii.Error, UnicodeDecodeError):
                return ""
    return "\n".join(said)


def last_note(chart: Chart) -> tuple[Json, str] | None:
    """The last note that stands, where there is one of that day."""
    standing = [r for r in chart.of("DocumentReference") if r.get("status") == "current" and to_text(r)]
    last = latest(standing)
    return (last[0], to_text(last[0])) if len(last) == 1 else None


def _draft(chart: Chart, slots: dict[str, str], gold: Gold, dice: random.Random) -> Iterator[Draft]:
    found = last_note(chart)
    if found and (moment := started(found[0])):
        yield Draft({**slots, "day": format_day(moment.day, dice)}, gold)


@template(
    "note_mentions_symptom",
    NOTES,
    patient=(
        "Does the note from my visit on {day} mention {symptom}?",
        "Did the doctor write down {symptom} in the note of {day}?",
        "Is {symptom} written in my note dated {day}?",
    ),
    clinician=(
        "Does the note of {day} mention {symptom}?",
        "Is {symptom} documented in the {day} note?",
        "Any mention of {symptom} in the note written on {day}?",
    ),
)
def note_mentions_symptom(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    found = last_note(chart)
    for symptom in dice.sample(_SYMPTOMS, len(_SYMPTOMS)) if found else ():
        note, text = found or ({}, "")
        there = symptom in text.lower()
        partly = not there and any(w in text.lower() for w in symptom.split() if len(w) > 4)
        if not partly:
            gold = Gold((there,), references=references_of([note] if there else ()))
            yield from _draft(chart, {"symptom": symptom}, gold, dice)


@template(
    "note_complaints",
    NOTES,
    patient=(
        "What complaints did I have according to the note from {day}?",
        "What does the note of {day} give as my chief complaint?",
        "Which symptoms did I come in with, by the note of {day}?",
    ),
    clinician=(
        "Chief complaint in the {day} note?",
        "What chief complaints does the note of {day} list?",
        "According to the note written {day}, what was the chief complaint?",
    ),
)
def note_complaints(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    found = last_note(chart)
    if found and (said := _COMPLAINTS.search(found[1])):
        lines = tuple(line.removeprefix("- ").strip() for line in said["lines"].strip().splitlines())
        yield from _draft(chart, {}, Gold(lines, references=references_of([found[0]])), dice)


@template(
    "note_insurance",
    NOTES,
    patient=(
        "Which insurance did I have according to the note from {day}?",
        "What does my note of {day} say about my insurance?",
        "Going by the note of {day}, who was I insured with?",
    ),
    clinician=(
        "Which insurance coverage does the note of {day} state?",
        "Insurance per the {day} note?",
        "According to the note written on {day}, what insurance does {he} have?",
    ),
)
def note_insurance(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    found = last_note(chart)
    said = _INSURANCE.findall(found[1]) if found else []
    if found and len(said) == 1 and "unknown" not in said[0]:
        yield from _draft(chart, {}, Gold((said[0],), references=references_of([found[0]])), dice)


@template(
    "note_marital_status",
    NOTES,
    patient=(
        "What does the note of {day} say about my marital status?",
        "According to my note from {day}, what is my marital status?",
        "By the note of {day}, what is my marital status?",
    ),
    clinician=(
        "Marital status according to the {day} note?",
        "What marital status does the note of {day} give?",
        "Per the note written on {day}, is the patient married, single, divorced or widowed?",
    ),
)
def note_marital_status(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    found = last_note(chart)
    said = _MARITAL.findall(found[1]) if found else []
    if found and len(said) == 1:
        yield from _draft(chart, {}, Gold((said[0],), references=references_of([found[0]])), dice)

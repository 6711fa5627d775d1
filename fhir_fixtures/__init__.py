"""Synthetic patients with one trap each, and their stories: questions, right answers, the records they rest on."""

from __future__ import annotations

from pathlib import Path

from fhir_fixtures.stories import Question, Story, load_long_stories, load_stories

__all__ = ["Question", "Story", "fixture_paths", "load_long_stories", "load_stories", "long_chart_path"]

_HERE = Path(__file__).parent


def fixture_paths() -> list[Path]:
    """The Bundles to load, shared resources first, then one file per patient."""
    return [_HERE / "shared.json", *sorted((_HERE / "patients").glob("*.json"))]


def long_chart_path() -> Path:
    """The patient with five thousand observations, who needs nothing of the shared resources."""
    return _HERE / "long" / "selma-brandvik.ndjson.gz"

"""chartqa's golds on care plans and panels: what holds, and what must not be asked."""

from __future__ import annotations

import random
from typing import Any

import pytest

from evals.suites.chartqa import TEMPLATES
from evals.suites.chartqa.raw import Chart, build_chart
from evals.suites.chartqa.template import Draft

BY_NAME = {t.name: t for t in TEMPLATES}
Json = dict[str, Any]
CONDITION = {
    "resourceType": "Condition", "id": "c", "code": {"text": "Gout"}, "onsetDateTime": "2020-01-01",
    "clinicalStatus": {"coding": [{"code": "active"}]}, "verificationStatus": {"coding": [{"code": "confirmed"}]},
}  # fmt: skip
GOAL = {"resourceType": "Goal", "id": "g", "lifecycleStatus": "active", "description": {"text": "Walk daily"}}


def chart(*records: Json) -> Chart:
    made = build_chart([{"resourceType": "Patient", "id": "p"}, *records])
    assert made
    return made


def drafts(template: str, of: Chart) -> list[Draft]:
    return list(BY_NAME[template].build(of, random.Random(1)))


def ids(draft: Draft) -> set[str]:
    return {r.rpartition("/")[2] for r in draft.gold.references}


def plan(name: str = "wound", text: str = "Wound care", status: str = "active", **more: Any) -> Json:
    activity = [{"detail": {"code": {"text": said}}} for said in ("Dressing change", "Dressing change", "Rest")]
    return {
        "resourceType": "CarePlan", "id": name, "status": status, "category": [{"text": text}],
        "period": {"start": "2020-01-01T22:00:00-05:00"}, "activity": activity, **more,
    }  # fmt: skip


def result(name: str, value: float, **more: Any) -> Json:
    return {
        "resourceType": "Observation", "id": name, "status": "final", "code": {"text": name},
        "effectiveDateTime": "2020-01-01T08:00:00Z", "valueQuantity": {"value": value, "unit": "mg/dL"}, **more,
    }  # fmt: skip


def report(name: str, time: str, *results: str) -> Json:
    return {
        "resourceType": "DiagnosticReport", "id": name, "status": "final", "effectiveDateTime": time,
        "code": {"coding": [{"code": "57698-3", "display": "Lipid Panel"}]},
        "result": [{"reference": f"Observation/{r}"} for r in results],
    }  # fmt: skip


def test_the_activities_and_the_start_of_a_plan() -> None:
    (asked,), (began,) = drafts("plan_activities", chart(plan())), drafts("plan_start", chart(plan()))
    assert asked.slots == {"plan": "wound care plan"}
    assert asked.gold.values == ("Dressing change", "Rest")
    assert began.gold.values == ("2020-01-01",)


def test_a_plan_that_is_over_is_not_active() -> None:
    (draft,) = drafts("plans_active", chart(plan(), plan("b", "Burn care", "completed")))
    assert draft.gold.values == ("Wound care",)
    assert ids(draft) == {"wound"}


def test_a_plan_is_found_by_what_it_addresses() -> None:
    addressing = plan(addresses=[{"reference": "Condition/c"}])
    (draft,) = drafts("plan_for_condition", chart(CONDITION, addressing, plan("b", "Burn care")))
    assert draft.gold.values == ("Wound care",)
    assert ids(draft) == {"c", "wound"}


def test_the_goals_of_a_plan_are_needed_beside_it() -> None:
    (draft,) = drafts("plan_goals", chart(GOAL, plan(goal=[{"reference": "Goal/g"}])))
    assert draft.gold.values == ("Walk daily",)
    assert ids(draft) == {"g", "wound"}


def test_the_latest_panel_is_told_in_full() -> None:
    results = [result("HDL", 50), result("LDL", 100), result("old", 9)]
    reports = [report("a", "2019-01-01", "old"), report("b", "2020-01-01", "HDL", "LDL")]
    (draft,) = drafts("panel_values", chart(*results, *reports))
    assert set(draft.gold.values) == {50, 100}
    assert ids(draft) == {"b", "HDL", "LDL"}


NOT_ASKED = (
    ("plan_activities", [plan(), plan("again")], "two plans of that name"),
    (
        "plan_activities",
        [plan(), {**plan("b"), "category": [{"coding": [{"code": "assess-plan"}]}]}],
        "one has no name",
    ),
    ("plan_activities", [plan(text="Self care")], "a name that says nothing"),
    ("plans_active", [plan(period={"start": "2020-01-01", "end": "2020-02-01"})], "active, yet at an end"),
    ("plans_active", [plan(status="revoked")], "none is active"),
    ("plan_start", [plan(period={"start": "2020"})], "a year is no day"),
    ("plan_for_condition", [CONDITION, plan()], "addresses nothing"),
    ("plan_goals", [plan(goal=[{"reference": "Goal/lost"}])], "its goal is not there"),
    ("panel_values", [result("HDL", 50), report("b", "2020-01-01", "HDL", "lost")], "a result is not there"),
    ("panel_values", [result("HDL", 50), report("b", "2020-01-01", "HDL"), report("c", "2020-01-01", "HDL")], "a tie"),
)


@pytest.mark.parametrize(("template", "records", "why"), NOT_ASKED, ids=[f"{t}: {why}" for t, _, why in NOT_ASKED])
def test_what_could_be_disputed_is_not_asked(template: str, records: list[Json], why: str) -> None:
    assert not drafts(template, chart(*records)), why

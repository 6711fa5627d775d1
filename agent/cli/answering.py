"""Asks one question of one chart, and keeps what a next turn needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agent.cli.results import Result

if TYPE_CHECKING:
    from agent.ask import Observers
    from agent.planners.planner import Planner, Turn
    from agent.transcript import Transcript
    from tools.chart import ChartCache, ChartContext
    from tools.concepts.terminology import Terminology
    from tools.fhir.client import FhirClient
    from tools.time_window import DateOrder


@dataclass(frozen=True)
class Question:
    """What is asked, of whom, and as of when."""

    text: str
    patient: str
    id: str | None = None
    as_of: str | None = None
    context: str = ""
    date_order: DateOrder = "auto"


@dataclass(frozen=True)
class Asked:
    """A question's transcript, its result, its turn of the conversation, and whose chart was asked."""

    transcript: Transcript
    result: Result
    turn: Turn
    chart: ChartContext
    """The chart as it was asked."""

    @property
    def patient(self) -> dict[str, Any]:
        """The Patient resource."""
        return self.chart.patient_resource


@dataclass(frozen=True)
class Asker:
    """A client, a planner and perhaps a terminology server, ready for questions."""

    client: FhirClient
    planner: Planner
    observers: Observers | None = None
    terminology: Terminology | None = None

    async def ask(self, question: Question, history: Sequence[Turn] = (), cache: ChartCache | None = None) -> Asked:
        """Open the chart and answer. Raises ChartError, FhirError."""
        from agent.ask import ask
        from tools.chart import open_chart
        from tools.garbage_collection import collector_paused
        from tools.toolbox import build_tools

        with self.client.question(), collector_paused():
            chart = await open_chart(
                self.client, question.patient, question.as_of, date_order=question.date_order, cache=cache
            )
            chart.terminology = self.terminology
            transcript = await ask(
                chart, question.text, self.planner, build_tools(),
                context=question.context, history=tuple(history), observers=self.observers,
            )  # fmt: skip
        return Asked(transcript, to_result(question, transcript), transcript.to_turn(), chart)


def to_result(question: Question, transcript: Transcript) -> Result:
    """A transcript as other programs read it."""
    answer = transcript.answer
    return Result(
        id=question.id,
        question=question.text,
        patient=question.patient,
        as_of=transcript.as_of,
        answer=answer.text,
        values=answer.values,
        citations=answer.citations,
        retrieved=transcript.retrieved,
        status=answer.status,
        receipt=transcript.receipt.model_dump(mode="json"),
        planner=transcript.planner,
        steps=len(transcript.steps),
        tokens=transcript.usage.read + transcript.usage.written,
        seconds=transcript.seconds,
    )

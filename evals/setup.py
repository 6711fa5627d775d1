"""Setup: what one run measures, over which charts; opens the contestant. Knows nothing of questions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.cli.answering import Asker
from agent.cli.composition import open_client, open_terminology
from agent.cli.failures import UsageMistake
from agent.cli.planning import check_planner, make_planner
from evals.charts import build_store
from evals.contestants.agent import AgentContestant
from evals.contestants.baselines import BASELINES
from evals.contestants.contestant import Contestant
from evals.contestants.recorded import Recorded
from evals.tokens import CountTokens, NoTokenizer, estimate_tokens, load_tokenizer


@dataclass(frozen=True)
class Setup:
    """The contestant and the charts, as the caller named them."""

    planner: str = "rules"
    """`rules`, `medgemma`, the base URL of an OpenAI-compatible server, or a baseline."""
    model: str | None = None
    results: str | None = None
    """A file of results that were kept: they are graded, and nothing is asked."""
    store: str | None = None
    fhir: str | None = None
    charts: tuple[str, ...] = ()
    """Folders of FHIR files; they are the charts that are asked where neither store nor server is named."""
    terminology: str | None = None
    tokenizer: str | None = None
    """The `tokenizer.json` that counts what a model reads, or its folder; without it that is estimated."""
    judge: str | None = None
    """A model of Inspect's that grades free text, such as `openai-api/local/medgemma`."""

    @property
    def in_process(self) -> bool:
        """Whether the contestant takes one question after another: several at once are then no faster."""
        return not self.planner.startswith(("http://", "https://", "medgemma"))

    def check(self) -> None:
        """Make ready what the contestant needs, before any item is asked. Raises UsageMistake, StoreError."""
        if self.results:
            Recorded(Path(self.results))
            return
        if self.planner not in BASELINES:
            check_planner(make_planner(self.planner, self.model))
        self.make_counter()
        if not (self.store or self.fhir):
            self._load_charts()

    def make_counter(self) -> CountTokens:
        """What counts tokens. Raises UsageMistake."""
        try:
            return load_tokenizer(Path(self.tokenizer)) if self.tokenizer else estimate_tokens
        except NoTokenizer as missing:
            raise UsageMistake(str(missing)) from missing

    def _load_charts(self) -> str | None:
        return str(build_store([Path(chart) for chart in self.charts])) if self.charts else None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Contestant]:
        """The contestant, ready for items. Raises UsageMistake."""
        if self.results:
            yield Recorded(Path(self.results))
            return
        store = self.store if self.store or self.fhir else self._load_charts()
        async with open_client(store, self.fhir) as client, open_terminology(self.terminology) as terminology:
            if self.planner in BASELINES:
                yield BASELINES[self.planner](client, self.make_counter())
                return
            asker = Asker(client, make_planner(self.planner, self.model), terminology=terminology)
            yield AgentContestant(asker, count=self.make_counter())


def make_setup(given: Mapping[str, Any]) -> Setup:
    """The setup in a task's arguments; several charts are a list, or one text with commas.

    >>> make_setup({"charts": "a,b"}).charts, make_setup({"charts": ["a"]}).charts, make_setup({}).charts
    (('a', 'b'), ('a',), ())
    """
    charts = given.get("charts") or ()
    return Setup(**{**given, "charts": tuple(charts.split(",") if isinstance(charts, str) else charts)})

"""MedGemmaPlanner: a view as a prompt and a grammar, what the engine writes as a decision. Loads at its first use."""

from __future__ import annotations

import asyncio
import json
import threading
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from agent.budgets import Budget, fit_view
from agent.decision import GiveAnswer
from agent.errors import PlannerFormatError, PlannerUnavailable
from agent.errors import PromptTooLong as ViewTooLong
from agent.planners.medgemma.engine import (
    Engine,
    EngineError,
    Generated,
    GrammarFailed,
    Options,
    PromptTooLong,
    Request,
    check_model,
    open_engine,
)
from agent.planners.medgemma.manner import Manner
from agent.planners.medgemma.prefix import Prefixes
from agent.planners.model_output import parse_output
from agent.planners.planner import Decided, PlannerView, Usage
from agent.prompts import Message, build_messages, fit_budget
from agent.step_schema import build_step_schema
from tools.overview import Overview
from tools.registry import Tool

_OF_TURNS = 16
"""Tokens of a prompt that are in no message: its first, the opening of the model's own turn, the words on thinking."""
_THINK = "SYSTEM INSTRUCTION: think silently if needed."
_NO_ROOM = "The conversation no longer fits what the model can read at once. Ask it anew, or in a new conversation."


class MedGemmaPlanner:
    """MedGemma in this process. Raises PlannerUnavailable where it can't be loaded or run.

    Conversations may ask at once; they are written together, as many as the memory has room for.
    """

    def __init__(
        self, model: str, options: Options | None = None, manner: Manner | None = None, engine: Engine | None = None
    ) -> None:
        self.model = model
        self.on_text: Callable[[str], None] | None = None
        """Is given the text of a decision so far, while it is written, from another thread; it is not verified yet."""
        self.on_thought: Callable[[str], None] | None = None
        """Is given the thought so far, which is no part of any answer."""
        self._options, self._manner = options or Options(), manner or Manner()
        self._engine, self._opening = engine, threading.Lock()
        self._prefixes = Prefixes()

    @property
    def name(self) -> str:
        """Its name in transcripts, with what of its run is not as usual."""
        precision, manner = self._options.precision, self._manner
        told: list[str] = [] if precision == "full" else [precision]
        told += [f"thinking {manner.thinking}"] if manner.thinking else []
        told += [] if manner.seed is None else [f"seed {manner.seed}"]
        told += [] if manner.bound else ["no grammar"]
        return f"medgemma:{self.model}" + (f" ({', '.join(told)})" if told else "")

    async def decide(self, view: PlannerView) -> Decided:
        """The next decision. Raises PlannerFormatError for output that does not fit, PlannerUnavailable."""
        try:
            request = await asyncio.to_thread(self._prepare, view)
            written = await self._write(request)
        except PromptTooLong:
            return Decided(GiveAnswer(status="abstained", reason=_NO_ROOM))
        except GrammarFailed as error:
            raise PlannerFormatError(str(error)) from error
        except EngineError as error:
            raise PlannerUnavailable(str(error)) from error
        return _read(written)

    async def warm(self, overview: Overview, tools: Sequence[Tool]) -> None:
        """Load the model and read what every question about a chart begins with. Raises PlannerUnavailable."""
        await asyncio.wrap_future(self.prepare(overview, tools))

    def prepare(self, overview: Overview, tools: Sequence[Tool]) -> Future[None]:
        """Begin to do so, in a thread of its own; nobody need wait, what fails is told at the first question, too."""
        done: Future[None] = Future()

        def work() -> None:
            try:
                engine = self.open()
                engine.warm(self._prefixes.of(engine, overview, tools, self._to_system)).result()
            except Exception as error:
                done.set_exception(PlannerUnavailable(str(error)) if isinstance(error, EngineError) else error)
            else:
                done.set_result(None)

        threading.Thread(target=work, name="medgemma-ahead", daemon=True).start()
        return done

    def check(self) -> None:
        """Raise PlannerUnavailable for what can be seen to be wrong before the weights are read."""
        try:
            check_model(self.model, self._options)
        except EngineError as error:
            raise PlannerUnavailable(str(error)) from error

    def open(self) -> Engine:
        """The engine, loaded once. Raises EngineError."""
        with self._opening:
            if self._engine is None:
                self._engine = open_engine(self.model, self._options)
            return self._engine

    def _prepare(self, view: PlannerView) -> Request:
        """The prompt, and the grammar of what may be decided."""
        engine = self.open()
        begins = self._prefixes.of(engine, view.overview, view.tools, self._to_system)
        prompt, budget = self._render(engine, view)
        shown = fit_view(view, budget, engine.count)
        return Request(
            prompt,
            json.dumps(build_step_schema(shown)) if self._manner.bound else None,
            longest=self._manner.longest,
            thinking=self._manner.thinking,
            seed=self._seed(prompt),
            prefix=len(begins) if prompt[: len(begins)] == begins else 0,
            on_text=self._listen(),
        )

    def _render(self, engine: Engine, view: PlannerView) -> tuple[tuple[int, ...], Budget]:
        """The prompt and its budget: less of the records and of earlier turns where it would not fit."""
        room = engine.context - self._manner.thinking - self._manner.longest - _OF_TURNS
        try:
            budget = fit_budget(view, room, engine.count)
        except ViewTooLong:
            budget = Budget().shrink(0)  # the engine says whether a short decision still fits
        system, *turns = build_messages(view, budget, engine.count)
        told: Message = {"role": "system", "content": self._to_system(system["content"])}
        return engine.render([told, *turns]), budget

    def _seed(self, prompt: tuple[int, ...]) -> int | None:
        """Another for each prompt, so that chance does not fall alike in every decision; the same when asked again."""
        seed = self._manner.seed
        return None if seed is None else zlib.crc32(repr(prompt).encode(), seed)

    def _to_system(self, text: str) -> str:
        return f"{_THINK}\n{text}" if self._manner.thinking else text

    def _listen(self) -> Callable[[str, bool], None] | None:
        """What gives the caller the text so far."""
        hear = {False: self.on_text, True: self.on_thought}
        if not any(hear.values()):
            return None
        told = {False: "", True: ""}

        def listen(piece: str, thought: bool) -> None:
            told[thought] += piece
            if (to_caller := hear[thought]) is not None:
                to_caller(told[thought])

        return listen

    async def _write(self, request: Request) -> Generated:
        """What the engine writes; it stops writing where the caller no longer waits."""
        try:
            return await asyncio.wrap_future(self.open().submit(request))
        except asyncio.CancelledError:
            request.cancel.set()
            raise


def _read(written: Generated) -> Decided:
    usage = Usage(written.read, len(written.tokens))
    if written.end == "cancelled":
        raise PlannerUnavailable("the model was stopped before it had decided")
    try:
        return Decided(parse_output(written.text, cut_off=written.end == "length").decision, usage)
    except PlannerFormatError as error:
        raise PlannerFormatError(str(error), usage) from None

"""OpenAIPlanner: a view sent to a server as messages and schema, its reply read as a decision."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx

from agent.budgets import Budget, fit_view
from agent.decision import GiveAnswer
from agent.errors import PlannerFormatError, PromptTooLong
from agent.planners.model_output import parse_output
from agent.planners.openai.dialect import Dialect, detect_dialect, to_request
from agent.planners.openai.exchange import Limits, ModelServer, Refused
from agent.planners.openai.reply import Json, Reply
from agent.planners.planner import Decided, PlannerView, Usage
from agent.prompts import build_messages, fit_budget
from agent.step_schema import build_step_schema

_OF_SCHEMAS = frozenset({400, 413, 422, 501})
"""Refusals that may be of the schema."""
_REFUSED = "The model refused to go on, so nothing is told."


class OpenAIPlanner:
    """A planner behind `/v1/chat/completions`. Raises PlannerUnavailable where the server fails."""

    def __init__(
        self,
        base_url: str,
        model: str,
        *,
        key: str | None = None,
        limits: Limits | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.model = model
        self.dialect: Dialect | None = None
        """How the server takes a schema; None until it was asked."""
        self.context: int | None = None
        """How many tokens the model takes, where the server says it."""
        self.owner = ""
        """What the server names itself in its list of models, if it does."""
        self.on_text: Callable[[str], None] | None = None
        """Is given the text of a decision so far, while it is written; it is not verified yet."""
        self._server = ModelServer(base_url, key, limits or Limits(), transport)
        self._asking = asyncio.Lock()

    @property
    def name(self) -> str:
        """Its name in transcripts; once the server was asked, what it says it is and how it takes a schema."""
        if self.dialect is None:
            return f"openai:{self.model}"
        return f"openai:{self.model} ({self.owner or 'a server without a name'}; {self.dialect.told})"

    async def decide(self, view: PlannerView) -> Decided:
        """Ask the server for the next decision. Raises PlannerFormatError for output that does not fit."""
        dialect, spent = await self._get_to_know()
        try:
            reply = await self._complete(dialect, view)
        except PromptTooLong as error:
            return Decided(GiveAnswer(status="abstained", reason=str(error)), spent)
        spent += reply.usage
        if reply.refusal:
            return Decided(GiveAnswer(status="abstained", reason=_REFUSED), spent)
        try:
            read = parse_output(reply.text, cut_off=reply.cut_off)
        except PlannerFormatError as error:
            raise PlannerFormatError(str(error), spent) from None
        return Decided(read.decision, spent)

    async def _get_to_know(self) -> tuple[Dialect, Usage]:
        """How the server takes a schema, found at the first decision, and what that cost."""
        async with self._asking:
            if self.dialect is not None:
                return self.dialect, Usage()
            found = await detect_dialect(self._server, self.model)
            listing = await self._server.look_up(self.model)
            self.dialect, self.context, self.owner = found.dialect, listing.context, listing.owner
            return found.dialect, found.usage

    async def _complete(self, dialect: Dialect, view: PlannerView) -> Reply:
        """The reply; a schema that the server won't take is left out from then on."""
        longest = self._server.limits.tokens
        budget = fit_budget(view, self.context - longest) if self.context else Budget()
        messages = build_messages(view, budget)
        schema: Json = build_step_schema(fit_view(view, budget))
        body = {"model": self.model, "messages": messages, "temperature": 0, "max_tokens": longest}
        try:
            return await self._server.complete({**body, **to_request(dialect, schema)}, self.on_text)
        except Refused as refused:
            if dialect is Dialect.NONE or refused.status not in _OF_SCHEMAS:
                raise
        reply = await self._server.complete(body, self.on_text)
        self.dialect = Dialect.NONE
        return reply

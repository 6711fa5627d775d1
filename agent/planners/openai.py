"""The openai planner: any OpenAI-compatible server, the decision schema sent as structured output, checked anyway."""

from __future__ import annotations

import re
from typing import Any

import httpx
from pydantic import ValidationError

from agent.decision import DECISION, GiveAnswer
from agent.errors import PlannerFormatError, PlannerUnavailable
from agent.planners.planner import Decided, PlannerView, Usage
from agent.prompts import build_messages

_LONGEST_DECISION = 1024
_TIMEOUT_SECONDS = 120.0


class OpenAIPlanner:
    """A planner behind `/v1/chat/completions`. Raises PlannerUnavailable where the server fails."""

    def __init__(
        self, base_url: str, model: str, *, key: str | None = None, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.model = model
        self._base_url = base_url.rstrip("/")
        self._headers = {"authorization": f"Bearer {key}"} if key else {}
        self._transport = transport

    @property
    def name(self) -> str:
        """Its name in transcripts."""
        return f"openai:{self.model}"

    async def decide(self, view: PlannerView) -> Decided:
        """Ask the server for the next decision. Raises PlannerFormatError for output that does not fit."""
        content = await self._complete(view)
        try:
            text = content["choices"][0]["message"]["content"] or ""
        except (KeyError, IndexError, TypeError):
            raise PlannerFormatError("the server's answer holds no message") from None
        usage = content.get("usage") or {}
        try:
            decision = DECISION.validate_json(text.strip())
        except ValidationError as error:
            faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:5])
            raise PlannerFormatError(f"the output does not fit the schema: {faults}") from None
        if decision.action == "answer" and decision.status == "abstained":
            # What a model gives as its reason can't be checked against evidence, so it is not told.
            decision = decision.model_copy(update={"reason": None, "text": None})
        return Decided(decision, Usage(usage.get("prompt_tokens", 0), usage.get("completion_tokens", 0)))

    async def _complete(self, view: PlannerView) -> dict[str, Any]:
        fits = DECISION.json_schema() if view.tools else GiveAnswer.model_json_schema()
        schema = {"name": "decision", "schema": fits, "strict": False}
        body = {
            "model": self.model,
            "messages": build_messages(view),
            "temperature": 0,
            "max_tokens": _LONGEST_DECISION,
            "response_format": {"type": "json_schema", "json_schema": schema},
        }
        content = await self._post(body)
        if not isinstance(content, dict):
            raise PlannerFormatError("the server's answer is no JSON object")
        return content

    async def _post(self, body: dict[str, Any]) -> Any:
        try:
            async with httpx.AsyncClient(transport=self._transport, timeout=_TIMEOUT_SECONDS) as http:
                response = await http.post(f"{self._base_url}/chat/completions", json=body, headers=self._headers)
                response.raise_for_status()
                return response.json()
        except httpx.HTTPStatusError as error:
            status = error.response.status_code
            raise PlannerUnavailable(f"the planner at {self._base_url} answered with status {status}") from error
        except httpx.HTTPError as error:
            told = str(error) or type(error).__name__
            place = without_password(self._base_url)
            raise PlannerUnavailable(f"the planner at {place} can't be reached: {told}") from error
        except ValueError as error:
            place = without_password(self._base_url)
            raise PlannerUnavailable(f"the planner at {place} did not answer in JSON") from error


def without_password(url: str) -> str:
    """A URL as it may be shown.

    >>> without_password("http://user:secret@127.0.0.1:1/v1")
    'http://127.0.0.1:1/v1'
    """
    return re.sub(r"(?<=://)[^/@]*@", "", url)

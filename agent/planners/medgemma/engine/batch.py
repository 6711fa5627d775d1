"""Writes several texts at once: one thread reads prompts into rows of the cache and steps all rows together.

A row is kept after its text ends, so that the conversation's next prompt pays only for its new tokens.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace

import torch

from agent.planners.medgemma.engine.decode import Generated, Language, Request, Text
from agent.planners.medgemma.engine.errors import EngineError, GrammarFailed, NotEnoughMemory, PromptTooLong
from agent.planners.medgemma.engine.forward import Reader
from agent.planners.medgemma.engine.rows import Rows
from agent.planners.medgemma.engine.sampling import choose_tokens, mask_logits

_SHORTEST_ANSWER = 16


@dataclass
class Job:
    """A request on its way through a row."""

    request: Request
    text: Text
    done: Future[Generated] = field(default_factory=Future)
    row: int = -1
    reused: int = 0
    logits: torch.Tensor | None = None
    """What follows the last token, `[1, vocabulary]`; None while the prompt is not read to its end."""


class Batch:
    """Takes requests from any thread. As many texts as the cache has rows are written at once, the others wait."""

    def __init__(self, reader: Reader, language: Language, *, snapshot_bytes: int) -> None:
        self._reader, self._cache, self._language = reader, reader.cache, language
        self._rows = Rows(reader.cache, snapshot_bytes)
        self._waiting: deque[Job] = deque()
        self._running: dict[int, Job] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def submit(self, request: Request) -> Future[Generated]:
        """Have a text written. Raises PromptTooLong; the future raises EngineError."""
        request = self._fit(request)
        job = Job(request, Text(request, self._language))
        job.done.set_running_or_notify_cancel()  # whoever waits may go; what ends it is `cancel`
        with self._changed:
            if self._closed:
                raise EngineError("the engine is closed")
            self._waiting.append(job)
            self._start()
            self._changed.notify()
        return job.done

    def _fit(self, request: Request) -> Request:
        """The request with no longer an answer than the context has room for."""
        context, length = self._reader.shape.capacity, len(request.prompt)
        room = context - 1 - length - request.thinking
        if room < min(_SHORTEST_ANSWER, request.longest) or not request.prompt:
            raise PromptTooLong(f"the conversation is {length} tokens long, and the context holds {context}")
        return replace(request, longest=min(request.longest, room))

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="medgemma", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Cancel what is being written, and end the thread."""
        with self._changed:
            self._closed = True
            for job in (*self._waiting, *self._running.values()):
                job.request.cancel.set()
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not (self._waiting or self._running or self._closed):
                    self._changed.wait()
                if not (self._waiting or self._running):
                    return
                self._admit()
            self._turn()

    def _admit(self) -> None:
        """Let requests in while there are rows."""
        while self._waiting:
            job = self._waiting[0]
            row = self._rows.place(job.request.prompt, self._running)
            if row is None:
                return
            self._running[row] = self._waiting.popleft()
            job.row, job.reused = row, self._cache.rows[row].length

    def _turn(self) -> None:
        """Read a piece of one prompt, and write a token of every text whose prompt is read."""
        for job in list(self._running.values()):
            if job.request.cancel.is_set():
                self._finish(job)
        writing = [job for job in self._running.values() if job.logits is not None]
        reading = next((job for job in self._running.values() if job.logits is None), None)
        if reading is not None:
            self._guard([reading], lambda: self._read(reading))
        if writing:
            self._guard(writing, lambda: self._write(writing))

    def _guard(self, jobs: Sequence[Job], work: Callable[[], None]) -> None:
        """What fails, fails for these requests alone."""
        try:
            work()
        except torch.OutOfMemoryError as error:
            self._fail(jobs, NotEnoughMemory(f"the memory ran out on the way: {str(error).splitlines()[0]}"))
        except Exception as error:
            self._fail(jobs, error)

    def _fail(self, jobs: Sequence[Job], error: Exception) -> None:
        for job in jobs:
            if self._running.pop(job.row, None) is not None:
                self._cache.rewind(job.row, 0)
                job.done.set_exception(error)

    def _finish(self, job: Job) -> None:
        del self._running[job.row]
        job.done.set_result(job.text.finish(job.reused))

    def _read(self, job: Job) -> None:
        """The next piece of a prompt; its beginning is kept where others will share it."""
        prompt, held = job.request.prompt, self._cache.rows[job.row].length
        until = min(len(prompt), held + self._reader.shape.rewind)
        if held < job.request.prefix < until:
            until = job.request.prefix
        logits = self._reader.read(job.row, prompt[held:until])
        if until == job.request.prefix and not self._rows.keeps(prompt[:until]):
            self._rows.keep(job.row)
        if until == len(prompt):
            job.logits = logits
            if job.request.longest == 0:
                job.text.end = "stop"
                self._finish(job)

    def _write(self, jobs: Sequence[Job]) -> None:
        """One token of each text, and what may follow it."""
        masks = {job.row: bits for job in jobs if (bits := self._bits(job)) is not None}
        jobs = [job for job in jobs if job.row in masks]
        if not jobs:
            return
        logits = torch.cat([job.logits for job in jobs if job.logits is not None])
        bits = torch.stack([masks[job.row] for job in jobs]).to(logits.device, non_blocking=True)
        temperatures = [job.request.temperature for job in jobs]
        tokens = choose_tokens(mask_logits(logits, bits), [job.text.chance for job in jobs], temperatures)
        for job, token in zip(jobs, tokens, strict=True):
            self._take(job, token)
        going = {job.row: token for job, token in zip(jobs, tokens, strict=True) if job.row in self._running}
        if going:
            told = self._reader.step(going)
            for n, row in enumerate(going):
                self._running[row].logits = told[n : n + 1]

    def _bits(self, job: Job) -> torch.Tensor | None:
        try:
            return job.text.bits()
        except GrammarFailed as error:
            self._fail([job], error)
            return None

    def _take(self, job: Job, token: int) -> None:
        try:
            job.text.take(token)
        except GrammarFailed as error:
            self._fail([job], error)
            return
        if job.text.end is not None:
            self._finish(job)

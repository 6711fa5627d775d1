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
from agent.planners.medgemma.engine.errors import (
    EngineError,
    GrammarFailed,
    NotEnoughMemory,
    PromptTooLong,
    first_line,
)
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
    unread: list[int] = field(default_factory=list)
    """Tokens that the model has yet to read: of the prompt, then what was chosen."""
    logits: torch.Tensor | None = None
    """What follows the last token read, `[1, vocabulary]`."""


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
        if self._thread not in (None, threading.current_thread()):
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
            job.unread = list(job.request.prompt[job.reused :])

    def _turn(self) -> None:
        """Choose a token of every text that waits for one, read a long piece of one, step the others."""
        for job in list(self._running.values()):
            if job.request.cancel.is_set():
                self._finish(job)
        self._guard(self._choosing(), self._choose)
        # A pass costs about the same for one token of every text as for many tokens of one.
        short = 1 + len(self._running)
        reading = [job for job in self._running.values() if len(job.unread) > short][:1]
        stepping = [job for job in self._running.values() if 0 < len(job.unread) <= short]
        self._guard(reading, self._read)
        self._guard(stepping, self._step)

    def _choosing(self) -> list[Job]:
        return [job for job in self._running.values() if not job.unread]

    def _guard(self, jobs: Sequence[Job], work: Callable[[Sequence[Job]], None]) -> None:
        """What fails, fails for these requests alone."""
        if not jobs:
            return
        try:
            work(jobs)
        except torch.OutOfMemoryError as error:
            self._fail(jobs, NotEnoughMemory(f"the memory ran out on the way: {first_line(error)}"))
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

    def _read(self, jobs: Sequence[Job]) -> None:
        """The next piece of what a text has to read, up to where its beginning is kept for others."""
        (job,) = jobs
        held = self._cache.rows[job.row].length
        most = self._reader.shape.rewind
        if held < job.request.prefix:
            most = min(most, job.request.prefix - held)
        piece, job.unread = job.unread[:most], job.unread[most:]
        self._go_on(job, self._reader.read(job.row, piece))

    def _step(self, jobs: Sequence[Job]) -> None:
        """One token of each."""
        given = {job.row: job.unread.pop(0) for job in jobs}
        logits = self._reader.step(given)
        for n, job in enumerate(jobs):
            self._go_on(job, logits[n : n + 1])

    def _go_on(self, job: Job, logits: torch.Tensor) -> None:
        job.logits = logits
        tokens = self._cache.rows[job.row].tokens
        if len(tokens) == job.request.prefix and not self._rows.keeps(tuple(tokens)):
            self._rows.keep(job.row)
        if job.request.longest == 0 and not job.unread:
            job.text.end = "stop"
            self._finish(job)

    def _choose(self, jobs: Sequence[Job]) -> None:
        """The next token of each text, and those that must follow it."""
        for job in jobs:
            if not job.text.tokens:
                self._take(job, None)
        jobs = [job for job in jobs if not job.unread and job.row in self._running]
        masks = {job.row: bits for job in jobs if (bits := self._bits(job)) is not None}
        jobs = [job for job in jobs if job.row in masks]
        if not jobs:
            return
        logits = torch.cat([job.logits for job in jobs if job.logits is not None])
        bits = torch.stack(list(masks.values())).to(logits.device, non_blocking=True)
        temperatures = [job.request.temperature for job in jobs]
        tokens = choose_tokens(mask_logits(logits, bits), [job.text.chance for job in jobs], temperatures)
        for job, token in zip(jobs, tokens, strict=True):
            self._take(job, token)

    def _bits(self, job: Job) -> torch.Tensor | None:
        try:
            return job.text.bits()
        except GrammarFailed as error:
            self._fail([job], error)
            return None

    def _take(self, job: Job, token: int | None) -> None:
        """Go on by a token and what must follow it; what fails, its listener too, fails for this text alone."""
        try:
            if token is not None:
                job.text.take(token)
                job.unread = [token]
            while job.text.end is None and (forced := job.text.forced()):
                for follower in forced:
                    job.text.take(follower)
                job.unread += forced
        except Exception as error:
            self._fail([job], error)
            return
        if job.text.end is not None:
            self._finish(job)

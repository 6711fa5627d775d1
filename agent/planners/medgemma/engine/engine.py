"""A loaded model with its cache: messages in, text out."""

from __future__ import annotations

import weakref
from collections.abc import Mapping, Sequence
from concurrent.futures import Future

from agent.planners.medgemma.engine.batch import Batch
from agent.planners.medgemma.engine.decode import Generated, Language, Request
from agent.planners.medgemma.engine.forward import Reader
from agent.planners.medgemma.engine.loading import Loaded, Options, load_model


class Engine:
    """Writes texts. Every call may come from any thread."""

    def __init__(self, loaded: Loaded, options: Options) -> None:
        on_gpu = loaded.model.device.type == "cuda"
        backend = options.backend or ("inductor" if on_gpu else None)
        backend = None if backend == "none" else backend
        self.loaded, self.tokenizer = loaded, loaded.tokenizer
        self._tokens_ahead = 2 if backend else 0
        self.language = Language(loaded.tokenizer, loaded.model.config.vocab_size)
        self.reader = Reader(
            loaded.model,
            loaded.shape,
            backend=backend,
            graphed=on_gpu and backend == "inductor",
        )
        self._batch = Batch(self.reader, self.language, snapshot_bytes=loaded.snapshot_bytes)
        weakref.finalize(self, self._batch.close)

    @property
    def context(self) -> int:
        """Tokens a conversation may have, prompt and answer."""
        return self.loaded.shape.capacity

    def render(self, messages: Sequence[Mapping[str, str]]) -> tuple[int, ...]:
        """Messages as the model reads them, the opening of its own turn at the end."""
        text = self.tokenizer.apply_chat_template(list(messages), tokenize=False, add_generation_prompt=True)
        return tuple(self.tokenizer(text, add_special_tokens=False).input_ids)

    def count(self, text: str) -> int:
        """How many tokens a text is."""
        return len(self.tokenizer(text, add_special_tokens=False).input_ids)

    def submit(self, request: Request) -> Future[Generated]:
        """Have a text written. Raises PromptTooLong; the future raises EngineError."""
        return self._batch.submit(request)

    def warm(self, prefix: tuple[int, ...]) -> Future[Generated]:
        """Read the beginning of prompts to come, so that they pay for the rest alone; compile the step behind it."""
        return self._batch.submit(Request(prefix, longest=self._tokens_ahead, prefix=len(prefix)))

    def close(self) -> None:
        """Cancel what is being written, and let the thread end."""
        self._batch.close()


def open_engine(name: str, options: Options | None = None) -> Engine:
    """The engine of an id or folder. Raises ModelUnavailable, NotEnoughMemory."""
    options = options or Options()
    return Engine(load_model(name, options), options)

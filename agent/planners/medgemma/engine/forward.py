"""One pass of Gemma 3's text layers over new tokens, with our cache in place of transformers'.

Weights and modules are transformers' own; only where keys are kept, and what is seen of them, is decided here.
The shapes are static: a span of the global layers is read, a power of two, so that the one-token step can be compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch

from agent.planners.medgemma.engine.attention import attend, see_all, see_window
from agent.planners.medgemma.engine.cache import CacheShape, KeyValueCache, LayerShape
from agent.planners.medgemma.engine.errors import StepFailed, first_line

LOCAL, GLOBAL = "sliding_attention", "full_attention"
_SHORTEST_SPAN = 1024
Backend = str | Callable[..., Any]
"""Of torch.compile: a name, or what compiles a graph."""


@dataclass(frozen=True)
class TextModel:
    """The parts of a Gemma 3 that read and write text, whichever class they come in."""

    layers: Sequence[Any]
    embed: Any
    norm: Any
    head: Any
    rope: Any
    config: Any

    @property
    def kinds(self) -> tuple[str, ...]:
        """`sliding_attention` or `full_attention`, a layer."""
        return tuple(self.config.layer_types)

    @property
    def device(self) -> torch.device:
        """Where it runs."""
        return torch.device(self.embed.weight.device)

    def layer_shape(self) -> LayerShape:
        """What its cache needs."""
        local = tuple(kind == LOCAL for kind in self.kinds)
        return LayerShape(local, self.config.num_key_value_heads, self.config.head_dim, self.embed.weight.dtype)

    @classmethod
    def of(cls, model: Any) -> TextModel:
        """The parts of a Gemma3ForCausalLM, or of a Gemma3ForConditionalGeneration without its image tower."""
        inner = getattr(model.model, "language_model", model.model)
        config = inner.config
        return cls(inner.layers, inner.embed_tokens, inner.norm, model.lm_head, inner.rotary_emb, config)


@dataclass(frozen=True)
class Sight:
    """What is the same for all layers of a kind: rotations, slots seen, and the slots to write to."""

    cosine: torch.Tensor
    sine: torch.Tensor
    seen: torch.Tensor
    slots: torch.Tensor


class Reader:
    """Reads tokens into a row of the cache, and takes one-token steps over several rows."""

    def __init__(
        self, model: TextModel, shape: CacheShape, *, backend: Backend | None = None, graphed: bool = False
    ) -> None:
        """`backend` is torch.compile's for the one-token step; `graphed` captures it as a CUDA graph."""
        self.model, self.shape = model, shape
        self.cache = KeyValueCache(model.layer_shape(), shape, model.device)
        self._rotations = {kind: self._rotate(kind) for kind in set(model.kinds)}
        self._stepping = compile_pass(backend) if backend else EAGER
        self._graphs: dict[tuple[int, int, int], Graph] | None = {} if graphed else None

    def _rotate(self, kind: str) -> tuple[torch.Tensor, torch.Tensor]:
        """The rotations of every position there is."""
        at = torch.arange(self.shape.capacity, device=self.model.device)[None]
        cosine, sine = self.model.rope(self.model.embed.weight[:1, :1], at, kind)
        return cosine[0], sine[0]

    @torch.inference_mode()
    def read(self, row: int, tokens: Sequence[int]) -> torch.Tensor:
        """Append up to `rewind` tokens to a row; the logits after the last of them, `[1, vocabulary]`."""
        start = self.cache.rows[row].length
        ids = torch.tensor([list(tokens)], device=self.model.device)
        at = torch.arange(start, start + len(tokens), device=self.model.device)[None]
        logits = self._run(EAGER, slice(row, row + 1), ids, at, self._span(start + len(tokens)))
        self.cache.append(row, tokens)
        return logits

    @torch.inference_mode()
    def step(self, given: dict[int, int]) -> torch.Tensor:
        """Append a token to each row named; the logits of each, in their order."""
        rows = self._cover(given)
        lengths = [row.length for row in self.cache.rows[rows]]
        if max(lengths) >= self.shape.capacity:
            raise ValueError(f"a row is full: it holds {self.shape.capacity} tokens")
        span = self._span(1 + max(lengths))
        ids = torch.tensor([given.get(row, 0) for row in range(rows.start, rows.stop)], device=self.model.device)
        logits = self._step(rows, ids, torch.tensor(lengths, device=self.model.device), span)
        for row, token in given.items():
            self.cache.append(row, [token])
        return logits if len(given) == len(ids) == 1 else logits[[row - rows.start for row in given]]

    def _cover(self, given: Iterable[int]) -> slice:
        """The rows to step: a power of two of them, so that few steps are compiled. Those not named are passed by."""
        first, last = min(given), max(given)
        n = min(self.shape.rows, 1 << (last - first).bit_length())
        first = min(first, self.shape.rows - n)
        return slice(first, first + n)

    def _step(self, rows: slice, ids: torch.Tensor, at: torch.Tensor, span: int) -> torch.Tensor:
        if self._graphs is None:
            return self._run_step(rows, ids, at, span)
        shape = (rows.start, rows.stop, span)
        if shape not in self._graphs:
            self._graphs[shape] = Graph(lambda ids, at: self._run_step(rows, ids, at, span), ids, at)
        return self._graphs[shape].replay(ids, at)

    def _run_step(self, rows: slice, ids: torch.Tensor, at: torch.Tensor, span: int) -> torch.Tensor:
        return self._run(self._stepping, rows, ids[:, None], at[:, None], span)

    def _run(self, run: Pass, rows: slice, ids: torch.Tensor, at: torch.Tensor, span: int) -> torch.Tensor:
        sights = {GLOBAL: self._see(GLOBAL, at, span), LOCAL: self._see(LOCAL, at, span)}
        states = self.model.embed(ids)
        for n, kind in enumerate(self.model.kinds):
            kept = span if kind == GLOBAL else self.shape.ring
            keys, values = self.cache.keys[n][rows, :, :kept], self.cache.values[n][rows, :, :kept]
            states = run.layer(self.model.layers[n], states, sights[kind], keys, values)
        return run.head(self.model.norm, self.model.head, states[:, -1])

    def _see(self, kind: str, at: torch.Tensor, span: int) -> Sight:
        cosine, sine = (table[at][:, None] for table in self._rotations[kind])
        if kind == GLOBAL:
            return Sight(cosine, sine, see_all(at, span), at)
        return Sight(cosine, sine, see_window(at, self.shape.window, self.shape.ring), at % self.shape.ring)

    def _span(self, length: int) -> int:
        """The slots of global layers that are read: few sizes, so that few steps are compiled."""
        return min(self.shape.capacity, max(_SHORTEST_SPAN, 1 << (length - 1).bit_length()))


def run_layer(layer: Any, states: torch.Tensor, sight: Sight, keys: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
    """One layer over new tokens `[rows, n, hidden]`; writes their keys and values to the slots."""
    heads = layer.self_attn
    normed = layer.input_layernorm(states)
    queries, new_keys, new_values = (
        projected.unflatten(-1, (-1, heads.head_dim)).transpose(1, 2)
        for projected in (heads.q_proj(normed), heads.k_proj(normed), heads.v_proj(normed))
    )
    queries, new_keys = (rotate(x, sight) for x in (heads.q_norm(queries), heads.k_norm(new_keys)))
    rows = torch.arange(states.shape[0], device=states.device)[:, None]
    keys[rows, :, sight.slots] = new_keys.transpose(1, 2)
    values[rows, :, sight.slots] = new_values.transpose(1, 2)
    told = attend(queries, keys, values, sight.seen, heads.scaling).transpose(1, 2).flatten(2)
    states = states + layer.post_attention_layernorm(heads.o_proj(told))
    fed = layer.mlp(layer.pre_feedforward_layernorm(states))
    return states + layer.post_feedforward_layernorm(fed)  # type: ignore[no-any-return]


def rotate(x: torch.Tensor, sight: Sight) -> torch.Tensor:
    """Rotary position embedding: https://arxiv.org/abs/2104.09864, halves in place of pairs, as Gemma has it."""
    first, second = x.chunk(2, dim=-1)
    return x * sight.cosine + torch.cat((-second, first), dim=-1) * sight.sine


def run_head(norm: Any, head: Any, states: torch.Tensor) -> torch.Tensor:
    """The logits of the last token's states `[rows, hidden]`."""
    return head(norm(states)).float()  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Pass:
    """What a pass over the model is made of."""

    layer: Callable[..., torch.Tensor]
    head: Callable[..., torch.Tensor]


EAGER = Pass(run_layer, run_head)


@cache
def compile_pass(backend: Backend) -> Pass:
    """Both compiled for static shapes; layers of a kind share what is compiled, and readers of one shape do."""
    from torch._dynamo import config
    from torch._dynamo.exc import TorchDynamoException

    # One entry a kind of layer, number of rows and span.
    config.recompile_limit = max(128, config.recompile_limit)
    # So tuned, a product with one row becomes a reduction, which reads weights faster than matrix kernels do.
    options: dict[str, Any] | None = {"coordinate_descent_tuning": True} if backend == "inductor" else None

    def build(run: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
        compiled = torch.compile(run, backend=backend, options=options, dynamic=False, fullgraph=True)

        def step(*given: Any) -> torch.Tensor:
            try:
                return compiled(*given)
            except TorchDynamoException as error:
                raise StepFailed(f"compiled ({first_line(getattr(error, 'inner_exception', error))})") from error

        return step

    return Pass(build(run_layer), build(run_head))


class Graph:
    """A step captured as a CUDA graph: its kernels are launched at once."""

    def __init__(
        self, step: Callable[[torch.Tensor, torch.Tensor], torch.Tensor], ids: torch.Tensor, at: torch.Tensor
    ) -> None:
        self._ids, self._at = ids.clone(), at.clone()
        aside = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(3):  # compiles, and makes what capture must not
                step(self._ids, self._at)
        torch.cuda.current_stream().wait_stream(aside)
        self._graph = torch.cuda.CUDAGraph()
        try:
            # Other threads may use the device meanwhile.
            with torch.cuda.graph(self._graph, capture_error_mode="thread_local"):
                self._logits = step(self._ids, self._at)
        except torch.OutOfMemoryError:
            raise
        except RuntimeError as error:
            raise StepFailed(f"captured as a CUDA graph ({first_line(error)})") from error

    def replay(self, ids: torch.Tensor, at: torch.Tensor) -> torch.Tensor:
        """The logits; overwritten by the next replay."""
        self._ids.copy_(ids)
        self._at.copy_(at)
        self._graph.replay()
        return self._logits

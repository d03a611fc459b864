"""The pool: the one module that knows Ray.

Ray computes; it is never the source of truth. Nothing is retried by Ray (its retries did not survive a node's death):
a lost actor is replaced here, the caller gets `WorkerLost`, and the lease above decides about another attempt.
An actor over its memory mark is replaced first and ended after its calls have finished, so no page is lost.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Sequence
from typing import Any

import ray
from ray.exceptions import GetTimeoutError, RayActorError, RayError, RayTaskError

from config.settings import Settings
from dossiers.errors import HosoError, Unavailable
from models.protocols import Layout
from models.weights import Weights, registry
from workers.actors import CpuActor, ReaderActor
from workers.feeding import Load

NICEST = 19


class WorkerLost(Unavailable):
    """The process or node that had the work is gone."""

    code = "worker.lost"
    vi = "Tiến trình xử lý bị mất giữa chừng; phần việc sẽ được tự động làm lại."
    en = "The worker process was lost in the middle; the work is done again automatically."


class WorkerHung(Unavailable):
    """The work did not end within its time; its process was ended."""

    code = "worker.hung"
    vi = "Phần việc chạy quá thời gian cho phép và đã bị dừng; hệ thống sẽ tự động làm lại."
    en = "The work ran over its time and was ended; it is done again automatically."


class _Member:
    """One actor of a group, with the calls it holds."""

    def __init__(self, handle: Any) -> None:
        self.handle = handle
        self.calls = 0
        self.retiring = False


class _Group:
    """Actors of one kind. A call goes to the one with the fewest calls."""

    def __init__(self, start: Callable[[], Any], size: int, memory_mib: int) -> None:
        self._start, self._memory_mib = start, memory_mib
        self.members = [_Member(start()) for _ in range(size)]
        self.replaced = 0

    async def call(self, method: str, *arguments: Any, timeout_s: float) -> ray.ObjectRef:
        """A reference to the finished result, which stays where it was made until somebody fetches it."""
        member = min(self.members, key=lambda m: m.calls)
        member.calls += 1
        reference = None
        try:
            # Two returns: awaiting the small one (memory) says that the large one is there, without moving it.
            value, reference = getattr(member.handle, method).options(num_returns=2).remote(*arguments)
            memory = await asyncio.wait_for(_awaited(reference), timeout_s)
        except asyncio.CancelledError:
            if reference is not None:
                ray.cancel(reference, force=False)
            raise
        except TimeoutError as error:
            self._replace(member, end=True)
            raise WorkerHung(method) from error
        except RayTaskError as error:
            raise _cause(error) from error
        except (RayActorError, GetTimeoutError) as error:
            self._replace(member, end=True)
            raise WorkerLost(method) from error
        except RayError as error:
            raise WorkerLost(type(error).__name__) from error
        finally:
            member.calls -= 1
            if member.retiring and member.calls == 0:
                ray.kill(member.handle)
        if memory > self._memory_mib:
            logging.getLogger(__name__).info("actor over its memory mark is recycled", extra={"memory_mib": memory})
            self._replace(member, end=False)
        return value

    def _replace(self, member: _Member, end: bool) -> None:
        """Put a new actor in this one's place: at once when it is gone or hung, else after its calls have finished."""
        if member not in self.members:
            return
        self.members[self.members.index(member)] = _Member(self._start())
        self.replaced += 1
        member.retiring = not end
        if end:
            ray.kill(member.handle)

    def close(self) -> None:
        """End all actors; a call that is lost by it starts no other one."""
        ended, self.members = self.members, []
        for member in ended:
            ray.kill(member.handle)


async def _awaited(reference: Any) -> Any:
    return await reference


async def _fetched(reference: ray.ObjectRef) -> Any:
    """The value of a finished result. Raises `WorkerLost` when the node that held it is gone."""
    try:
        return await reference
    except RayError as error:
        raise WorkerLost(type(error).__name__) from error


def _cause(error: RayTaskError) -> BaseException:
    """The error raised inside the actor, as it was raised there."""
    cause = error.cause
    return cause if isinstance(cause, HosoError | MemoryError) else error


class Pool:
    """CPU actors and reader actors of one dispatcher."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        pool = settings.pool
        if not ray.is_initialized():
            start_ray(settings)
        cpu = ray.remote(CpuActor).options(num_cpus=1, max_restarts=0, max_task_retries=0)
        reader = ray.remote(ReaderActor).options(
            num_cpus=1, num_gpus=pool.reader_gpus, max_restarts=0, max_task_retries=0, max_concurrency=256
        )
        self._cpu = _Group(lambda: cpu.remote(settings), pool.cpu_actors, pool.actor_memory_mib)
        self._readers = _Group(lambda: reader.remote(settings), pool.reader_actors, pool.actor_memory_mib)
        self._challenger: _Group | None = None

    async def ready(self, weights: Sequence[Weights] = (), timeout_s: float = 120) -> None:
        """Wait until every actor answers and every reader has opened `weights` (those that ship unless told).

        Raises `WorkerLost` when one cannot start, `WeightsRejected`, `WeightsUnavailable`, `CharsetIncomplete`.
        """
        wanted = list(weights) or [registry()["detector"], registry()["recogniser"]]
        try:
            await asyncio.wait_for(asyncio.gather(*(self._pid(m) for m in self._cpu.members)), timeout_s)
            opening = [_awaited(member.handle.open.remote(wanted)) for member in self._readers.members]
            await asyncio.wait_for(asyncio.gather(*opening), timeout_s)
        except RayTaskError as error:
            raise _cause(error) from error
        except (RayError, TimeoutError) as error:
            raise WorkerLost(str(error)[:500]) from error

    @staticmethod
    async def _pid(member: _Member) -> int:
        return int(await _awaited(member.handle.pid.remote()))

    async def pids(self) -> dict[str, list[int]]:
        """Process ids by kind, for `status` and for tests that kill them."""
        groups = {"cpu": self._cpu, "reader": self._readers}
        return {
            kind: list(await asyncio.gather(*(self._pid(m) for m in group.members))) for kind, group in groups.items()
        }

    @property
    def replaced(self) -> dict[str, int]:
        """How many actors were replaced since the start, by kind."""
        return {"cpu": self._cpu.replaced, "reader": self._readers.replaced}

    async def loads(self, timeout_s: float) -> list[Load]:
        """How busy each reader was since it was last asked; one that does not answer in time is left out."""
        asked = [asyncio.wait_for(_awaited(member.handle.load.remote()), timeout_s) for member in self._readers.members]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        return [answer for answer in answers if isinstance(answer, Load)]

    async def keep(self, job: Callable[..., Any], *arguments: Any, timeout_s: float = 300) -> ray.ObjectRef:
        """As `do`, but the result stays in the cluster's shared memory; pass the reference on to another call."""
        return await self._cpu.call("do", job, *arguments, timeout_s=timeout_s)

    async def do(self, job: Callable[..., Any], *arguments: Any, timeout_s: float = 300) -> Any:
        """Run `job(tools, *arguments)` in a CPU actor. Raises what the job raises, `WorkerLost`, `WorkerHung`."""
        return await _fetched(await self.keep(job, *arguments, timeout_s=timeout_s))

    async def detect(self, image: ray.ObjectRef, weights: Weights, timeout_s: float = 300) -> Layout:
        """Lines and tables of an upright page, found by the detector `weights`."""
        found: Layout = await _fetched(await self._readers.call("detect", image, weights, timeout_s=timeout_s))
        return found

    async def recognise(
        self, crops: ray.ObjectRef, weights: Weights, timeout_s: float = 300
    ) -> list[tuple[str, float]]:
        """(text, confidence) of each crop, read by `weights`; batched in the actor with lines of other pages."""
        read: list[tuple[str, float]] = await _fetched(
            await self._readers.call("recognise", crops, weights, timeout_s=timeout_s)
        )
        return read

    async def challenge(
        self, crops: ray.ObjectRef, weights: Weights, timeout_s: float = 300
    ) -> list[tuple[str, float]]:
        """As `recognise`, in a process of the challenger's own: on one CPU thread that everybody else goes before, so
        that whatever becomes of it costs the readers nothing."""
        if self._challenger is None:
            alone = {"reader_gpus": 0, "reader_threads": 1}
            settings = self._settings.model_copy(update={"pool": self._settings.pool.model_copy(update=alone)})
            # A little of a CPU keeps it off the nodes that lend none (the cluster's head, the dispatcher's).
            actor = ray.remote(ReaderActor).options(
                num_cpus=0.01, max_restarts=0, max_task_retries=0, max_concurrency=16
            )
            self._challenger = _Group(lambda: actor.remote(settings, NICEST), 1, settings.pool.actor_memory_mib)
        read: list[tuple[str, float]] = await _fetched(
            await self._challenger.call("recognise", crops, weights, timeout_s=timeout_s)
        )
        return read

    def dismiss_challenger(self) -> None:
        """End the challenger's process, if there is one."""
        if self._challenger is not None:
            self._challenger.close()
            self._challenger = None

    def close(self) -> None:
        """End the actors, and Ray itself where this process started it."""
        self.dismiss_challenger()
        self._cpu.close()
        self._readers.close()
        if self._settings.pool.address == "local":
            ray.shutdown()


def start_ray(settings: Settings, cpus: int = 0) -> None:
    """Start a private Ray on loopback, with room for `cpus` processes at least, or join the cluster in the settings."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    pool = settings.pool
    if pool.address != "local":
        ray.init(address=pool.address, log_to_driver=False, logging_level=logging.WARNING)
        return
    ray.init(
        address="local",
        _node_ip_address="127.0.0.1",
        num_cpus=max(os.cpu_count() or 1, pool.cpu_actors + pool.reader_actors + 1, cpus),
        object_store_memory=pool.object_store_mib * 1024 * 1024,
        include_dashboard=False,
        log_to_driver=False,
        logging_level=logging.WARNING,
    )

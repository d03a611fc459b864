"""Where a weight file lies while it is opened: in the installation, or fetched from the object store for the moment.

Guarantees that a fetched file has the registered hash, and that nothing of it stays on disk: a runtime has read it
when it has opened it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from dossiers.errors import NotFound, Unavailable
from dossiers.store import ObjectDamaged, ObjectStore
from models.weights import HERE, Weights, WeightsRejected

Place = Callable[[Weights], AbstractContextManager[Path]]
"""`with place(weights) as folder:` the file `weights.file` lies in `folder`."""


class WeightsUnavailable(Unavailable):
    """A registered weight file is gone from the store or damaged there: pages wait, they are not at fault."""

    code = "models.weights_unavailable"
    vi = (
        "Tệp trọng số của mô hình trong kho bị mất hoặc bị hỏng; các trang đang chờ. "
        "Hãy chạy `hoso models rollback`, hoặc khôi phục tệp từ bản sao."
    )
    en = (
        "A registered weight file is missing or damaged in the store; pages wait. "
        "Run `hoso models rollback`, or restore the object from a copy."
    )


@contextmanager
def shipped(_weights: Weights) -> Iterator[Path]:
    """The folder of the weights that ship with Hoso."""
    yield HERE


def stored(store: ObjectStore) -> Place:
    """Shipped weights in the installation, registered ones fetched. Raises `WeightsUnavailable`, `StoreUnavailable`."""

    @contextmanager
    def place(weights: Weights) -> Iterator[Path]:
        if not weights.key:
            yield HERE
            return
        with tempfile.TemporaryDirectory(prefix="hoso-weights-") as folder:
            try:
                (Path(folder) / weights.file).write_bytes(store.get_artifact(weights.key))
                weights.path(Path(folder))
            except (NotFound, ObjectDamaged, WeightsRejected) as error:
                raise WeightsUnavailable(f"{weights.identity}: {error.detail or error.code}") from error
            yield Path(folder)

    return place

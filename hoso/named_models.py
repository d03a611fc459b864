"""Models by what people call them: the champion, the shipped one, a registered version; brought into a file."""

from __future__ import annotations

from pathlib import Path

from dossiers.store import ObjectStore
from hoso.operators import is_there, open_database, require_system
from models import lifecycle
from models.lifecycle import SHIPPED, Known
from models.weights import registry
from models.weights.places import stored

CHAMPION = "champion"


def named(said: str, role: str, home: Path, into: Path) -> tuple[Known, Path | None]:
    """The version called `said`, and its file in the folder `into`: None for what ships with Hoso, which needs none.

    `champion` is what reads with `role` now, the shipped version where no system is there; `role` decides for `shipped`
    too. Raises `NotFound`, `NotRunning`, `WeightsUnavailable`.
    """
    if said == SHIPPED or (said == CHAMPION and not is_there(home)):
        return Known(registry()[role], None), None
    require_system(home, f"{said} is no file here")
    with open_database(home) as (db, found):
        with db.transaction() as session:
            known = lifecycle.champion(session, role)[0] if said == CHAMPION else lifecycle.find(session, said)
        if known.row is None:
            return known, None
        with stored(ObjectStore(found.store))(known.weights) as folder:
            into.mkdir(parents=True, exist_ok=True)
            kept = into / known.weights.file
            kept.write_bytes((folder / known.weights.file).read_bytes())
    return known, kept

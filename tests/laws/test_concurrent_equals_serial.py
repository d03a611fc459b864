"""Twenty dossiers at once give the same fields and texts as one after another: nothing leaks between neighbours."""

from __future__ import annotations

from models.synthesis.dossiers import make_dossier
from tests.laws.conftest import working
from tests.laws.house import House
from workers.pool import Pool

KINDS = ("khai-sinh", "cu-tru", "xay-dung", "chung")


async def test_twenty_dossiers_at_once_equal_one_after_another(house: House, pool: Pool) -> None:
    made = [make_dossier(KINDS[number % 4], number, pages=1, degradation="clean") for number in range(4)]
    async with working(house, pool):
        serial = []
        for dossier in made:
            one = house.submit(dossier.files, dossier.kind)
            await house.until([one.id])
            serial.append(house.outcome(one.id))
        assert all(outcome.fields and any(outcome.texts) for outcome in serial)
        together = [house.submit(made[number % 4].files, made[number % 4].kind) for number in range(20)]
        await house.until([dossier.id for dossier in together], limit_s=400)
    for number, dossier in enumerate(together):
        assert house.outcome(dossier.id) == serial[number % 4]

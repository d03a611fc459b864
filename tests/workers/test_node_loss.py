"""A Ray node dies with its actors: the calls fail as `WorkerLost`, new actors start on what is left."""

from __future__ import annotations

import subprocess
import sys
import textwrap

from config.settings import Settings
from dossiers.store import ObjectStore

SCRIPT = textwrap.dedent("""
    import asyncio, sys, yaml
    import ray
    from ray.cluster_utils import Cluster
    from config.settings import Settings
    from workers.pool import Pool, WorkerLost
    from tests.workers.pool_jobs import answer, nap

    async def main() -> None:
        cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "object_store_memory": 10**8})
        doomed = cluster.add_node(num_cpus=2, object_store_memory=10**8)
        ray.init(address=cluster.address, log_to_driver=False)
        settings = Settings.model_validate_json(sys.stdin.read())
        pool = Pool(settings)
        await pool.ready()
        flying = [asyncio.create_task(pool.do(nap, 30)) for _ in range(2)]
        await asyncio.sleep(1)
        cluster.add_node(num_cpus=2, object_store_memory=10**8)
        cluster.remove_node(doomed, allow_graceful=False)
        lost = await asyncio.gather(*flying, return_exceptions=True)
        assert all(isinstance(error, WorkerLost) for error in lost), lost
        assert await asyncio.wait_for(pool.do(answer, 21), 60) == 42
        print("survived")
        pool.close()
        ray.shutdown()
        cluster.shutdown()

    asyncio.run(main())
""")


def test_a_dead_node_costs_an_attempt_and_no_more(settings: Settings, store: ObjectStore) -> None:
    pool = settings.pool.model_copy(update={"cpu_actors": 1, "reader_actors": 1, "address": "auto"})
    given = settings.model_copy(update={"pool": pool}).model_dump_json()
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], input=given, capture_output=True, text=True, timeout=200, check=False
    )
    assert "survived" in done.stdout, done.stdout[-2000:] + done.stderr[-3000:]

"""The manifests as kustomize renders them, once for the base and once for the example of a site."""

from __future__ import annotations

import pytest

from tests.k8s.manifests import K8S, Cluster, render


@pytest.fixture(scope="session")
def base() -> Cluster:
    return Cluster(render(K8S / "base"))


@pytest.fixture(scope="session")
def example() -> Cluster:
    return Cluster(render(K8S / "overlays" / "example"))


@pytest.fixture(scope="session", params=["base", "example"])
def cluster(request: pytest.FixtureRequest) -> Cluster:
    """Each of the two."""
    found: Cluster = request.getfixturevalue(request.param)
    return found

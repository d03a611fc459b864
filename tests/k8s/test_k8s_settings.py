"""The settings in the manifests are settings that the processes accept."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from config.settings import Settings
from tests.k8s.manifests import Cluster, Manifest, Pod

GPU = "nvidia.com/gpu"


def environment(pod: Pod, cluster: Cluster) -> dict[str, str]:
    """The container's variables with `$(POSTGRES)` filled in as the kubelet does."""
    (addresses,) = [m for m in cluster.of_kind("ConfigMap") if m["metadata"]["name"].startswith("hoso-addresses")]
    values = {v["name"]: v["value"] for v in pod.containers[0].get("env", [])}
    return {key: value.replace("$(POSTGRES)", addresses["data"]["POSTGRES"]) for key, value in values.items()}


def settings_of(cluster: Cluster, pod: Pod, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings that the pod's process would load."""
    file = folder / "settings.yaml"
    file.write_text(cluster.settings_text(), encoding="utf-8")
    for key, value in environment(pod, cluster).items():
        if key.startswith("HOSO_"):
            monkeypatch.setenv(key, str(file) if key == "HOSO_CONFIG" else value)
    return Settings()


def with_settings(cluster: Cluster) -> list[Pod]:
    return [pod for pod in cluster.pods() if "HOSO_CONFIG" in environment(pod, cluster)]


def mounted(pod: Pod, path: Path) -> Manifest | None:
    """The volume that holds a file of the container."""
    for mount in pod.containers[0]["volumeMounts"]:
        if path.is_relative_to(mount["mountPath"]) and mount["mountPath"] != "/tmp":
            return next(volume for volume in pod.spec["volumes"] if volume["name"] == mount["name"])
    return None


def test_every_process_loads_its_settings(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pods = with_settings(cluster)
    assert len(pods) == 5
    for pod in pods:
        with monkeypatch.context() as patch:
            loaded = settings_of(cluster, pod, tmp_path, patch)
        assert loaded.database.url.startswith("postgresql+psycopg://hoso"), pod.owner
        assert "$(" not in loaded.database.url and ":5432/hoso" in loaded.database.url
        assert loaded.store.secure
        for file in (loaded.database.password_file, loaded.store.access_key_file, loaded.store.secret_key_file):
            assert file is not None and mounted(pod, file), f"{pod.owner}: {file}"


def test_front_and_signer_find_their_secret_files(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_owner = {pod.owner: pod for pod in cluster.pods()}
    api, signer = by_owner["Deployment/hoso-api"], by_owner["StatefulSet/hoso-signer"]
    loaded = settings_of(cluster, api, tmp_path, monkeypatch)
    assert loaded.api.token_key_file and mounted(api, loaded.api.token_key_file)
    assert loaded.signing.pin_file and mounted(signer, loaded.signing.pin_file)
    assert mounted(api, loaded.signing.pin_file) is None
    for pod, folders in ((api, ("roots", "intermediates")), (signer, ("roots", "intermediates", "keys"))):
        for folder in folders:
            assert mounted(pod, loaded.signing.certificates / folder / "x.pem"), f"{pod.owner}: {folder}"
    assert loaded.api.host == "0.0.0.0" and loaded.api.port == api.containers[0]["ports"][0]["containerPort"]
    assert not loaded.signing.demo_pki


def test_ray_pods_find_files_where_the_dispatcher_says(cluster: Cluster) -> None:
    loaded = Settings.model_validate(yaml.safe_load(cluster.settings_text()))
    store, trust = loaded.store, loaded.signing.certificates
    workers = [pod for pod in cluster.pods() if pod.owner.startswith("RayCluster") and not pod.owner.endswith("head")]
    for pod in workers:
        for file in (
            store.access_key_file,
            store.secret_key_file,
            trust / "roots" / "x",
            trust / "intermediates" / "x",
        ):
            assert file and mounted(pod, file), f"{pod.owner}: {file}"


def test_an_unknown_setting_is_refused(base: Cluster) -> None:
    broken = yaml.safe_load(base.settings_text())
    broken["pool"]["cpu_actor"] = 3
    with pytest.raises(ValidationError, match="cpu_actor"):
        Settings.model_validate(broken)


def test_the_actors_of_all_dispatchers_fit_the_cluster(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployment = cluster.one("Deployment", "hoso-dispatcher")
    (pod,) = [pod for pod in cluster.pods() if pod.owner == "Deployment/hoso-dispatcher"]
    pool = settings_of(cluster, pod, tmp_path, monkeypatch).pool
    assert pool.address == "hoso-ray-head-svc:6379"
    cpus = gpus = 0.0
    for group in cluster.one("RayCluster", "hoso-ray")["spec"]["workerGroupSpecs"]:
        limits = group["template"]["spec"]["containers"][0]["resources"]["limits"]
        cpus += group["maxReplicas"] * float(limits["cpu"])
        gpus += group["maxReplicas"] * float(limits.get(GPU, 0))
    dispatchers = deployment["spec"]["replicas"]
    assert dispatchers * (pool.cpu_actors + pool.reader_actors) <= cpus
    assert dispatchers * pool.reader_actors * pool.reader_gpus <= gpus

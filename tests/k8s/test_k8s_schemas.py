"""Every rendered object is valid by the schema of its kind, and the check notices a wrong key."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import jsonschema
import kubernetes_validate
import pytest

from tests.k8s.manifests import Cluster, Manifest

KUBERNETES = ("1.33", "1.37")
RAYCLUSTER = json.loads((Path(__file__).parent / "schemas" / "raycluster-v1.json").read_text(encoding="utf-8"))


def check(manifest: Manifest, version: str = KUBERNETES[-1]) -> None:
    """Raises a validation error. A RayCluster is held against its own schema, its pods against Kubernetes'."""
    if manifest["kind"] != "RayCluster":
        kubernetes_validate.validate(manifest, version, strict=True)
        return
    jsonschema.Draft202012Validator(RAYCLUSTER).validate(manifest)
    spec = manifest["spec"]
    for group in (spec["headGroupSpec"], *spec["workerGroupSpecs"]):
        pod = {"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": "x"}, "template": group["template"]}
        kubernetes_validate.validate(pod, version, strict=True)
    beside = {k: v for k, v in spec["autoscalerOptions"].items() if k in {"env", "resources", "securityContext"}}
    mounts = spec["autoscalerOptions"]["volumeMounts"]
    container = {"name": "autoscaler", "image": "x:1", "volumeMounts": mounts, **beside}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": {"containers": [container]}}
    kubernetes_validate.validate(pod, version, strict=True)


@pytest.mark.parametrize("version", KUBERNETES)
def test_every_object_is_valid(cluster: Cluster, version: str) -> None:
    assert {"Namespace", "Deployment", "StatefulSet", "Job", "RayCluster", "NetworkPolicy", "PodDisruptionBudget"} <= {
        manifest["kind"] for manifest in cluster.manifests
    }
    for manifest in cluster.manifests:
        check(manifest, version)


def test_an_unknown_key_in_a_deployment_is_caught(base: Cluster) -> None:
    broken = copy.deepcopy(base.one("Deployment", "hoso-api"))
    broken["spec"]["template"]["spec"]["containers"][0]["livenesProbe"] = {"httpGet": {"path": "/", "port": 1}}
    with pytest.raises(kubernetes_validate.ValidationError, match="livenesProbe"):
        check(broken)


def test_a_wrong_type_is_caught(base: Cluster) -> None:
    broken = copy.deepcopy(base.one("Service", "hoso-api"))
    broken["spec"]["ports"][0]["port"] = "80"
    with pytest.raises(kubernetes_validate.ValidationError):
        check(broken)


@pytest.mark.parametrize(
    ("path", "value", "error"),
    [
        (("headGroupSpec", "rayStartParam"), {"num-cpus": "0"}, jsonschema.ValidationError),
        (("workerGroupSpecs", 1, "minReplica"), 0, jsonschema.ValidationError),
        (("workerGroupSpecs", 1, "rayStartParams"), {"num-gpus": 1}, jsonschema.ValidationError),
        (("autoscalerOptions", "upscalingMode"), "Fast", jsonschema.ValidationError),
        (("workerGroupSpecs", 0, "template", "spec", "tolerations"), {}, kubernetes_validate.ValidationError),
        (("autoscalerOptions", "securityContext"), {"root": True}, kubernetes_validate.ValidationError),
    ],
)
def test_a_mistake_in_the_raycluster_is_caught(
    base: Cluster, path: tuple[str | int, ...], value: object, error: type[Exception]
) -> None:
    broken = copy.deepcopy(base.one("RayCluster", "hoso-ray"))
    place = broken["spec"]
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(error):
        check(broken)


def test_the_gpu_group_starts_from_nothing(base: Cluster) -> None:
    groups = {g["groupName"]: g for g in base.one("RayCluster", "hoso-ray")["spec"]["workerGroupSpecs"]}
    assert groups["gpu"]["minReplicas"] == 0 and groups["gpu"]["replicas"] == 0
    assert groups["gpu"]["template"]["spec"]["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] == "1"
    assert "nvidia.com/gpu" not in groups["cpu"]["template"]["spec"]["containers"][0]["resources"]["limits"]

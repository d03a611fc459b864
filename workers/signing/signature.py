"""From a prepared PDF to a CMS signature: what the token signs, the CMS around it, the timestamp on it.

`signed_attributes` is a function of the prepared bytes and the certificate alone, so a retry has the very same bytes
signed. The timestamp is an unsigned attribute: it is added later without another signature.
"""

from __future__ import annotations

import hashlib

from asn1crypto import cms, x509
from pyhanko.sign.general import simple_cms_attribute
from pyhanko.sign.signers import ExternalSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from workers.signing.authorities import Authorities


def _signer(certificate: x509.Certificate, chain: tuple[x509.Certificate, ...], value: bytes) -> ExternalSigner:
    store = SimpleCertificateStore()
    store.register_multiple(chain)
    return ExternalSigner(certificate, store, signature_value=value, embed_roots=False)


async def signed_attributes(digest: bytes, certificate: x509.Certificate) -> bytes:
    """DER of the attributes that the token signs: content type, digest of the document, hash of the certificate."""
    attributes = await _signer(certificate, (), b"").signed_attrs(digest, "sha256", use_pades=True)
    return bytes(attributes.dump())


async def assemble(
    attributes: bytes, value: bytes, certificate: x509.Certificate, chain: tuple[x509.Certificate, ...]
) -> bytes:
    """The CMS (PAdES B-B) around a signature value."""
    signer = _signer(certificate, chain, value)
    content = await signer.async_sign_prescribed_attributes("sha256", cms.CMSAttributes.load(attributes))
    return bytes(content.dump())


def has_timestamp(signature: bytes) -> bool:
    """Whether the CMS carries a signature timestamp."""
    unsigned = cms.ContentInfo.load(signature)["content"]["signer_infos"][0]["unsigned_attrs"]
    return any(attribute["type"].native == "signature_time_stamp_token" for attribute in unsigned or ())


def value_of(signature: bytes) -> bytes:
    """The raw signature value: what must stay the same however often a CMS is completed."""
    return bytes(cms.ContentInfo.load(signature)["content"]["signer_infos"][0]["signature"].native)


async def add_timestamp(signature: bytes, authorities: Authorities) -> bytes:
    """The CMS with a timestamp over its signature value (B-T); as it is when it has one."""
    if has_timestamp(signature):
        return signature
    content = cms.ContentInfo.load(signature)
    signer_info = content["content"]["signer_infos"][0]
    token = await authorities.timestamp(hashlib.sha256(signer_info["signature"].native).digest())
    attribute = simple_cms_attribute("signature_time_stamp_token", token)
    signer_info["unsigned_attrs"] = cms.CMSAttributes([attribute])
    return bytes(content.dump(force=True))

"""Timestamp, OCSP and CRL services over HTTP, each with a time-out, in one asyncio loop (no threads)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from asn1crypto import cms, x509
from pyhanko.sign.timestamps.aiohttp_client import HTTPTimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    ExpiredError,
    InsufficientRevinfoError,
    NotYetValidError,
    PathBuildingError,
    PathValidationError,
    RevokedError,
)
from pyhanko_certvalidator.fetchers.aiohttp_fetchers import AIOHttpFetcherBackend
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy, RevocationCheckingRule

from dossiers.certificates import Trust
from workers.signing.errors import CertificateRevoked, CertificateUnusable, StatusUnknown, TimestampUnavailable


@dataclass(frozen=True, slots=True)
class Authorities:
    """What one signature may ask of the network. Made by `connected`, closed with it."""

    trust: Trust
    timestamp_url: str
    timeout_s: float
    http: aiohttp.ClientSession

    def context(self, *, both: bool = False) -> ValidationContext:
        """A fresh context that demands revocation status of every certificate that declares where to ask.

        `both` asks OCSP *and* the CRL for end certificates. Signatures keep both: with OCSP responses of several
        certificates of one CA in a document, pyHanko (0.38) takes the serial numbers of the others for errors, and
        once the right one is out of date calls the chain broken instead of "try later", so that validation in the
        past never starts. A CRL has no such neighbours.
        """
        end = RevocationCheckingRule.CRL_AND_OCSP_REQUIRED if both else RevocationCheckingRule.CHECK_IF_DECLARED
        checking = RevocationCheckingPolicy(end, RevocationCheckingRule.CHECK_IF_DECLARED)
        return ValidationContext(
            trust_roots=list(self.trust.roots),
            other_certs=list(self.trust.intermediates),
            allow_fetching=True,
            # An answer made after this context is no fault: on a busy machine that is more than pyHanko's one second.
            revinfo_policy=CertRevTrustPolicy(checking, retroactive_revinfo=True),
            fetcher_backend=AIOHttpFetcherBackend(self.http, per_request_timeout=self.timeout_s),
        )

    async def check_status(self, certificate: x509.Certificate) -> ValidationContext:
        """Chain, dates and revocation of a certificate, asked now. Returns the context with what was learnt.

        Raises `CertificateRevoked`, `CertificateUnusable`, or `StatusUnknown` (worth a retry).
        """
        context = self.context()
        validator = CertificateValidator(certificate, validation_context=context)
        try:
            await validator.async_validate_usage({"digital_signature"})
        except RevokedError as error:
            raise CertificateRevoked("revoked") from error
        except (ExpiredError, NotYetValidError, PathBuildingError) as error:
            raise CertificateUnusable(type(error).__name__) from error
        except (InsufficientRevinfoError, aiohttp.ClientError, TimeoutError, OSError) as error:
            raise StatusUnknown(type(error).__name__) from error
        except PathValidationError as error:
            raise CertificateUnusable(type(error).__name__) from error
        return context

    async def timestamp(self, digest: bytes) -> cms.ContentInfo:
        """An RFC 3161 token over a SHA-256 digest. Raises `TimestampUnavailable`."""
        stamper = HTTPTimeStamper(self.timestamp_url, timeout=self.timeout_s, session=self.http)
        try:
            return await stamper.async_timestamp(digest, "sha256")
        except (TimestampRequestError, aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise TimestampUnavailable(type(error).__name__) from error


@asynccontextmanager
async def connected(trust: Trust, timestamp_url: str, timeout_s: float) -> AsyncIterator[Authorities]:
    """Authorities with an HTTP session of their own (the environment's proxies are not used)."""
    limits = aiohttp.ClientTimeout(total=timeout_s, connect=min(5.0, timeout_s))
    async with aiohttp.ClientSession(timeout=limits, trust_env=False) as http:
        yield Authorities(trust, timestamp_url, timeout_s, http)

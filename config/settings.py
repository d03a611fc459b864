"""All settings of all processes: nested, typed, documented by their descriptions; an unknown key stops the start.

Order of precedence: environment (`HOSO_DATABASE__URL`), the file named by `HOSO_CONFIG` (YAML), defaults.
Secrets are *files* (`*_file`), never values: a secret in an environment variable shows in process listings.
`hoso up` writes the instance's file for the embedded parts; in production the operator writes it.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, YamlConfigSettingsSource

MIB = 1024 * 1024
Engine = Literal["auto", "onnxruntime", "openvino", "torch", "paddleocr"]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Database(_Section):
    """PostgreSQL, the one source of truth. One role per process kind; the URL of the role this process uses."""

    url: str = Field("", description="SQLAlchemy URL, postgresql+psycopg://user@host/db; no password in it")
    password_file: Path | None = Field(None, description="File that holds the role's password")
    pool_size: int = Field(8, ge=1, description="Connections kept by one process")
    statement_timeout_s: float = Field(30, gt=0, description="The server ends a statement after this time")


class Store(_Section):
    """S3-compatible object store, used through the minio SDK only."""

    endpoint: str = Field("127.0.0.1:9000", description="host:port of the S3 endpoint")
    public_endpoint: str = Field("", description="host:port as clients see it, for presigned URLs; empty: endpoint")
    secure: bool = Field(False, description="TLS to the endpoint")
    region: str = Field("us-east-1", description="S3 region; fixed so that presigning needs no request")
    access_key_file: Path | None = Field(None, description="File with the access key")
    secret_key_file: Path | None = Field(None, description="File with the secret key")
    originals_bucket: str = Field("hoso-originals", description="Object lock on; originals are written once")
    artifacts_bucket: str = Field("hoso-artifacts", description="Derived artifacts, named by content hash")
    presign_s: int = Field(900, ge=60, description="Life of a presigned URL, seconds")


class Limits(_Section):
    """What is refused before work is spent on it."""

    upload_bytes: int = Field(512 * MIB, description="Largest request body; over it 413 before it is stored")
    files_per_dossier: int = Field(200, description="Files in one dossier, those inside ZIPs counted")
    pages_per_file: int = Field(500, description="Pages in one file; over it the file is refused and says so")
    zip_entries: int = Field(500, description="Entries in one ZIP")
    zip_ratio: float = Field(100, description="Largest uncompressed:compressed ratio of a ZIP entry")
    image_pixels: int = Field(120_000_000, description="Largest image, width x height, read from the header")
    page_side_px: int = Field(6000, description="Rasterised pages are scaled down to this longest side")
    stalled_upload_s: float = Field(30, description="An upload that sends nothing for so long is ended with 408")
    uploads_at_once: int = Field(32, description="Concurrent uploads one API process accepts; over it 503")
    json_bytes: int = Field(1 * MIB, description="Largest JSON body")


class Queue(_Section):
    """Leases above Ray: see `dossiers/db/queue.py`."""

    lease_s: float = Field(30, gt=0, description="Life of a lease without a heartbeat")
    heartbeat_s: float = Field(5, gt=0, description="How often a holder renews its leases")
    max_attempts: int = Field(3, ge=1, description="After so many attempts a run is quarantined")
    backoff_s: float = Field(1.0, description="First wait after a failed attempt; doubles each time")
    poll_s: float = Field(1.0, description="Longest wait when no NOTIFY arrives")
    deadline_s: float = Field(6 * 3600, description="The one deadline of a dossier's machine work")
    per_client_in_flight: int = Field(64, description="Stage runs one client may hold while others wait")


class Pool(_Section):
    """The Ray pool."""

    address: str = Field("local", description="Ray address; `local` starts a private Ray")
    cpu_actors: int = Field(1, ge=1, description="Actors that ingest, rasterise, prepare, crop, package")
    reader_actors: int = Field(1, ge=1, description="Actors that own the models")
    reader_threads: int = Field(2, ge=1, description="Cores one reader keeps busy: calls that its models run at once")
    reader_gpus: float = Field(0, ge=0, description="GPUs one reader takes; 0 means CPU")
    engine: Engine = Field(
        "auto",
        description="Runtime of the models (docs/engines.md); auto: CUDA where a GPU is lent, OpenVINO on CPUs that "
        "multiply eight-bit integers, else ONNX Runtime for lines and OpenVINO for pages",
    )
    in_flight: int = Field(8, ge=1, description="Stage runs the dispatcher holds at once (backpressure)")
    batch_lines: int = Field(16, ge=1, description="Most lines in one recogniser call")
    batch_wait_ms: float = Field(4, description="How long a partly filled batch waits for more lines (GPU readers)")
    actor_memory_mib: int = Field(2500, description="An actor over this resident size is recycled")
    object_store_mib: int = Field(256, description="Ray's shared-memory store, embedded mode")


class Signing(_Section):
    """The signing process: token, keys and authorities."""

    module: Path = Field(Path("/usr/lib/softhsm/libsofthsm2.so"), description="PKCS#11 module")
    token: str = Field("hoso", description="Token label")
    pin_file: Path | None = Field(None, description="File with the user PIN")
    certificates: Path = Field(Path("pki"), description="Folder with certificates of keys and trust anchors (PEM)")
    leader_key: str = Field("leader", description="Label of the leader's key")
    seal_key: str = Field("seal", description="Label of the organisation's seal key")
    timestamp_url: str = Field("", description="RFC 3161 timestamp authority")
    timeout_s: float = Field(30, description="Limit for one signature with its timestamp and status checks")
    demo_pki: bool = Field(False, description="True when the certificates come from the demonstration PKI")


class Api(_Section):
    """The front."""

    host: str = Field("127.0.0.1", description="Address to listen on")
    port: int = Field(8484, description="Port to listen on; 0 picks a free one")
    public_url: str = Field("", description="Address as clients see it; empty: from host and port")
    token_s: int = Field(3600, description="Life of an OAuth access token")
    session_s: int = Field(8 * 3600, description="Life of an officer's session")
    token_key_file: Path | None = Field(None, description="File with the key that signs access tokens (HS256)")


class Retention(_Section):
    """How long things are kept (the janitor proves it)."""

    result_days: int = Field(365, description="Results can be fetched so long after completion; then 410")
    original_days: int = Field(3650, description="Object lock and life of originals")
    artifact_days: int = Field(365, description="Life of derived artifacts after the end of the dossier")
    training_days: int = Field(730, ge=1, description="Longest life of a data set made of corrected lines")
    shadow_days: int = Field(30, ge=1, description="Life of lines that a challenger read otherwise")
    candidate_days: int = Field(180, ge=1, description="Life of a registered weight file that never was in use")
    idempotency_hours: int = Field(48, description="Life of an Idempotency-Key")


class Webhooks(_Section):
    """Delivery of events to clients (Standard Webhooks)."""

    timeout_s: float = Field(10, description="Limit for one delivery")
    max_attempts: int = Field(10, description="Then the message is a dead letter, open to replay")
    backoff_s: float = Field(5, description="First wait; doubles, with jitter, up to a day")
    allow_private: bool = Field(False, description="Allow callback addresses on private or loopback networks")


class Settings(BaseSettings):
    """Everything, by section."""

    model_config = SettingsConfigDict(env_prefix="HOSO_", env_nested_delimiter="__", extra="forbid", frozen=True)

    home: Path = Field(Path(".hoso"), description="Folder of the embedded instance: data, logs, sockets, secrets")
    agency: str = Field("H49.01", description="Code of the default agency")
    database: Database = Database()
    store: Store = Store()
    limits: Limits = Limits()
    queue: Queue = Queue()
    pool: Pool = Pool()
    signing: Signing = Signing()
    api: Api = Api()
    retention: Retention = Retention()
    webhooks: Webhooks = Webhooks()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment over file over defaults; dotenv files and secret folders are not read."""
        sources: list[PydanticBaseSettingsSource] = [init_settings, env_settings]
        if path := os.environ.get("HOSO_CONFIG"):
            if not Path(path).is_file():
                raise FileNotFoundError(f"HOSO_CONFIG names {path}, which is not a file")
            sources.append(YamlConfigSettingsSource(settings_cls, yaml_file=path))
        return tuple(sources)


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()


def secret(path: Path | None) -> str:
    """The content of a secret file, without the trailing newline; empty when none is configured."""
    return path.read_text(encoding="utf-8").strip() if path else ""

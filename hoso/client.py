"""A client of the HTTP API, as a one-stop system or a desk would write one; it knows addresses, not tables.

A submission carries an `Idempotency-Key` and is sent again with the same key when the connection breaks or the front
says 503, so that it becomes one dossier. Errors of the API come out as `HosoError`s with the API's own code and words.
"""

from __future__ import annotations

import base64
import json
import mimetypes
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import httpx

from dossiers.errors import Conflict, Forbidden, HosoError, InputError, NotFound, Unauthorised, Unavailable

Json = dict[str, Any]
ATTEMPTS = 4
BEAT_S = 60.0  # the server beats every 15 seconds; after so much silence the stream is opened anew
QUIET_S = 1.5  # what happened so far comes at once; after so much silence there is no more of it
_BY_STATUS: dict[int, type[HosoError]] = {
    **dict.fromkeys((400, 408, 410, 413, 415, 422), InputError),
    401: Unauthorised,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    412: Conflict,
    428: Conflict,
    429: Unavailable,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
}


class NoAnswer(Unavailable):
    """Nothing answers at the address of the API."""

    code = "client.no_answer"
    vi = "Không kết nối được tới máy chủ. Hãy khởi động bằng `hoso up`, hoặc kiểm tra địa chỉ --api."
    en = "Nothing answers at the API's address. Start the system with `hoso up`, or check --api."


def problem(response: httpx.Response) -> HosoError:
    """The error that an RFC 9457 answer describes, with the code and the sentences that the server sent."""
    base = _BY_STATUS.get(response.status_code, HosoError)
    try:
        said = response.json()
        words = {"code": str(said["code"]), "vi": str(said["vi"]), "en": str(said["en"])}
    except (ValueError, KeyError, TypeError):
        return base(f"HTTP {response.status_code}")
    more = {"status": response.status_code, "retryable": bool(said.get("retryable"))}
    places = (" ".join(str(value) for value in place.values()) for place in said.get("errors") or [])
    detail = "; ".join([str(said.get("detail") or ""), *places])
    return cast(HosoError, type("ApiProblem", (base,), {**words, **more})(detail.strip("; ")))


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a dossier's stream; `id` resumes after it."""

    id: int
    kind: str
    at: str
    data: Json


class _Watched:
    """A file that tells how many bytes were read from it."""

    def __init__(self, file: IO[bytes], seen: Callable[[int], None]) -> None:
        self._file, self._seen = file, seen

    def read(self, size: int = -1) -> bytes:
        chunk = self._file.read(size)
        self._seen(len(chunk))
        return chunk

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


class Client:
    """One credential at one address. `with Client(...) as client:` closes its connections."""

    def __init__(self, address: str, credential: str = "", timeout_s: float = 60.0) -> None:
        headers = {"Authorization": f"Bearer {credential}"} if credential else {}
        self.address = address.rstrip("/")
        self._http = httpx.Client(
            base_url=self.address, headers=headers, timeout=httpx.Timeout(timeout_s, connect=5), trust_env=False
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    # -- dossiers --------------------------------------------------------------------------------------------------

    def submit(
        self,
        procedure: str,
        files: Sequence[Path],
        *,
        reference: str = "",
        priority: int = 0,
        callback_url: str = "",
        idempotency_key: str = "",
        sent: Callable[[int], None] = lambda _: None,
    ) -> Json:
        """Upload the files as one dossier and give its receipt. `sent` is told of each chunk of bytes."""
        data = {"procedure": procedure, "reference": reference, "priority": str(priority), "callback_url": callback_url}
        headers = {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with ExitStack() as opened:
                    parts = [
                        ("files", (path.name, _Watched(opened.enter_context(path.open("rb")), sent), _type(path)))
                        for path in files
                    ]
                    return self._ask(
                        "POST", "/v1/dossiers", data={k: v for k, v in data.items() if v}, files=parts, headers=headers
                    )
            except Unavailable:
                if attempt == ATTEMPTS:
                    raise
                time.sleep(0.5 * 2**attempt)
        raise AssertionError("unreachable")

    def show(self, code: str) -> Json:
        """Where the dossier stands."""
        return self._ask("GET", f"/v1/dossiers/{code}")

    def find(self, **filters: str | int) -> Json:
        """A page of the agency's dossiers, newest first."""
        return self._ask("GET", "/v1/dossiers", params=filters)

    def fields(self, code: str) -> list[Json]:
        return cast(list[Json], self._ask("GET", f"/v1/dossiers/{code}/fields")["items"])

    def documents(self, code: str) -> list[Json]:
        return cast(list[Json], self._ask("GET", f"/v1/dossiers/{code}/documents")["items"])

    def cancel(self, code: str, reason: str = "") -> Json:
        return self._ask("POST", f"/v1/dossiers/{code}/cancel", json={"reason": reason})

    def retry(self, code: str) -> Json:
        return self._ask("POST", f"/v1/dossiers/{code}/retry")

    def procedures(self) -> list[Json]:
        return cast(list[Json], self._ask("GET", "/v1/procedures")["items"])

    def download(self, code: str, what: str, target: Path) -> int:
        """Write `result`, `package`, `fields.json`, `result/validation` or `manifest` to `target`; how many bytes."""
        size, new = 0, target.with_name(f".{target.name}.part")
        with self._errors(), self._http.stream("GET", f"/v1/dossiers/{code}/{what}") as response:
            if response.status_code >= 400:
                response.read()
                raise problem(response)
            with new.open("wb") as out:
                for chunk in response.iter_bytes(1 << 18):
                    out.write(chunk)
                    size += len(chunk)
        new.replace(target)
        return size

    def events(self, code: str, after: int = 0, follow: bool = True) -> Iterator[Event]:
        """Everything that happened to the dossier and, with `follow`, for ever what happens; a broken stream is
        resumed."""
        if not follow:
            yield from self._stream(code, after, QUIET_S)
            return
        failures = 0
        while True:
            try:
                for event in self._stream(code, after, BEAT_S):
                    after, failures = event.id, 0
                    yield event
            except Unavailable:
                failures += 1
                if failures > 20:
                    raise
                time.sleep(min(0.5 * failures, 3))

    def _stream(self, code: str, after: int, silence_s: float) -> Iterator[Event]:
        headers = {"Last-Event-ID": str(after)} if after else {}
        timeout = httpx.Timeout(silence_s, connect=5)
        path = f"/v1/dossiers/{code}/events"
        with self._errors(), self._http.stream("GET", path, headers=headers, timeout=timeout) as response:
            if response.status_code >= 400:
                response.read()
                raise problem(response)
            try:
                for line in response.iter_lines():
                    if line.startswith("data:"):
                        said = json.loads(line[5:])
                        yield Event(said["id"], said["kind"], said["at"], said["data"])
            except httpx.ReadTimeout:
                return

    # -- officers --------------------------------------------------------------------------------------------------

    def log_in(self, username: str, password: str) -> Json:
        """Open an officer's session; this client speaks as that officer from now on."""
        session = self._ask("POST", "/v1/session", json={"username": username, "password": password})
        self._http.headers["Authorization"] = f"Bearer {session['token']}"
        return session

    def statement(self, code: str, step: str, decision: str = "accept", reason: str = "") -> bytes:
        """The bytes that the officer signs to decide."""
        params = {"step": step, "decision": decision, "reason": reason}
        return base64.b64decode(self._ask("GET", f"/v1/dossiers/{code}/statement", params=params)["statement"])

    def decide(
        self, code: str, step: str, statement: bytes, cms: bytes, decision: str = "accept", reason: str = ""
    ) -> Json:
        """Hand in a signed decision at `step`: appraise, approve, sign."""
        where = {"appraise": "appraisal", "approve": "approval", "sign": "seal"}[step]
        body = {
            "decision": decision,
            "reason": reason,
            "statement": base64.b64encode(statement).decode(),
            "cms": base64.b64encode(cms).decode(),
        }
        return self._ask("POST", f"/v1/dossiers/{code}/{where}", json=body)

    # -- operations ------------------------------------------------------------------------------------------------

    def ready(self) -> Json:
        """What the front says of itself and the parts it needs; also when it is not ready."""
        with self._errors():
            response = self._http.get("/readyz")
        return cast(Json, response.json())

    def _ask(self, method: str, path: str, **more: Any) -> Json:
        with self._errors():
            response = self._http.request(method, path, **more)
        if response.status_code >= 400:
            raise problem(response)
        return cast(Json, response.json())

    def _errors(self) -> _Translated:
        return _Translated(self.address)


class _Translated:
    """Errors of the connection become ours."""

    def __init__(self, address: str) -> None:
        self._address = address

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, httpx.HTTPError):
            raise NoAnswer(f"{self._address}: {type(error).__name__}") from error


def _type(path: Path) -> str:
    return mimetypes.guess_type(path.name)[0] or "application/octet-stream"

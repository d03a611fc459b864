"""What can go wrong with an embedded instance; each sentence names the remedy."""

from __future__ import annotations

from dossiers.errors import Conflict, HosoError, Unavailable


class CannotStart(HosoError):
    """A part of the embedded instance did not start, or did not become healthy in time."""

    code = "instance.cannot_start"
    status = 503
    exit_code = 3
    vi = "Một thành phần không khởi động được. Hãy chạy `hoso doctor` và xem thư mục logs của phiên bản."
    en = "A part could not be started. Run `hoso doctor` and look into the logs folder of the instance."


class NotRunning(Unavailable):
    """Nothing runs at this home."""

    code = "instance.not_running"
    vi = "Hệ thống chưa chạy. Hãy khởi động bằng `hoso up` (hoặc `make up`) rồi thử lại."
    en = "The system is not up. Start it with `hoso up` (or `make up`) and try again."


class AlreadyRunning(Conflict):
    """Another supervisor owns this home."""

    code = "instance.already_running"
    vi = "Phiên bản này đang chạy. Dùng `hoso status` để xem, `hoso down` để dừng."
    en = "This instance is running already. `hoso status` shows it, `hoso down` stops it."

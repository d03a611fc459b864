"""What can go wrong while signing, and whether waiting helps."""

from __future__ import annotations

from dossiers.errors import Conflict, HosoError, Unavailable


class SigningError(HosoError):
    """Base of the errors of the signing stage that a retry does not cure."""

    code = "signing.failed"
    vi = "Không ký được kết quả. Người vận hành hãy xem chi tiết của yêu cầu ký và nhật ký kiểm toán."
    en = "The result could not be signed. Operators: see the intent's detail and the audit log."


class ApprovalInvalid(SigningError):
    """The decisions on record do not allow this signature."""

    code = "signing.approval_invalid"
    status = 409
    vi = "Các quyết định đã ký không cho phép ký số kết quả này. Hãy thẩm định và phê duyệt lại hồ sơ."
    en = "The signed decisions on record do not allow this signature. Appraise and approve the dossier again."


class DocumentMismatch(SigningError):
    """The document is not the one that was approved."""

    code = "signing.document_mismatch"
    status = 409
    vi = "Tài liệu cần ký không đúng bản đã phê duyệt. Hãy phê duyệt lại đúng bản hiện tại."
    en = "The document to sign is not the one that was approved. Approve the present one again."


class LeaderSignatureMissing(SigningError):
    """Nghị định 30/2020/NĐ-CP art. 32.2(d): the seal goes only on what the competent person has signed."""

    code = "signing.leader_signature_missing"
    status = 409
    vi = "Chưa có chữ ký số hợp lệ của người có thẩm quyền trên bản này nên không đóng dấu được. Hãy ký trước."
    en = "This revision has no valid signature of the competent person, so it is not sealed. Sign it first."


class AlreadySigned(SigningError):
    """The document already carries a signature of this role."""

    code = "signing.already_signed"
    status = 409
    vi = "Tài liệu đã có chữ ký của vai trò này. Không ký lần thứ hai; hãy kiểm tra hồ sơ."
    en = "The document already carries a signature of this role. It is never signed twice; check the dossier."


class CertificateRevoked(SigningError):
    """The certificate of the key was revoked."""

    code = "signing.certificate_revoked"
    vi = "Chứng thư số của khóa ký đã bị thu hồi nên không ký. Hãy cấp chứng thư mới rồi chạy lại."
    en = "The signing key's certificate was revoked, so nothing was signed. Install a new one, then retry."


class CertificateUnusable(SigningError):
    """The certificate of the key expired, is not yet valid, or does not chain to a trusted root."""

    code = "signing.certificate_unusable"
    vi = "Chứng thư số của khóa ký hết hạn hoặc không được tin cậy. Hãy thay chứng thư rồi chạy lại."
    en = "The signing key's certificate has expired or is not trusted. Replace it, then retry."


class SelfTestFailed(SigningError):
    """The process must not start to sign."""

    code = "signing.self_test_failed"
    vi = "Tiến trình ký không qua được kiểm tra khi khởi động. Hãy xem chi tiết và sửa cấu hình."
    en = "The signing process did not pass its self-test. See the detail and correct the configuration."


class StatusUnknown(Unavailable):
    """Neither OCSP nor CRL says whether a certificate is still good."""

    code = "signing.status_unknown"
    vi = "Chưa kiểm tra được trạng thái chứng thư (OCSP/CRL). Hệ thống sẽ tự thử lại."
    en = "The certificate's status (OCSP/CRL) could not be learnt. It is tried again by itself."


class TimestampUnavailable(Unavailable):
    """The timestamp authority does not answer; the signature that was made is kept and completed later."""

    code = "signing.timestamp_unavailable"
    vi = "Dịch vụ cấp dấu thời gian không trả lời. Chữ ký đã tạo được giữ lại; hệ thống sẽ tự thử lại."
    en = "The timestamp authority does not answer. The signature made is kept; the rest is tried again by itself."


class TokenUnavailable(Unavailable):
    """The token does not answer, or was taken out."""

    code = "signing.token_unavailable"
    vi = "Thiết bị ký (token/HSM) không trả lời. Hãy kiểm tra kết nối; hệ thống sẽ tự thử lại."
    en = "The signing token does not answer. Check its connection; it is tried again by itself."


class PinRefused(SigningError):
    """The token refused the PIN. Never tried again by itself: a few wrong ones lock the token."""

    code = "signing.pin_refused"
    vi = "Thiết bị ký từ chối mã PIN. Hãy kiểm tra tệp PIN rồi khởi động lại; không tự thử để tránh khóa thiết bị."
    en = "The token refused the PIN. Check the PIN file and restart; it is not retried, lest the token lock."


class TokenBusy(Conflict):
    """Another signer process holds this token."""

    code = "signing.token_busy"
    vi = "Đã có tiến trình ký khác dùng thiết bị này. Mỗi thiết bị chỉ một tiến trình; hãy dừng tiến trình kia."
    en = "Another process signs with this token. One process for one token: stop the other one."

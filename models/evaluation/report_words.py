"""What the report says: (Vietnamese, English)."""

from __future__ import annotations

WORDS = {
    "title": ("Kết quả đánh giá mô hình", "Model evaluation"),
    "made": ("Lập lúc", "Made"),
    "machine": ("Máy", "Machine"),
    "command": ("Lệnh", "Command"),
    "models": ("Mô hình", "Models"),
    "model": ("Mô hình", "Model"),
    "role": ("Vai trò", "Role"),
    "figures": ("Số liệu", "Figures"),
    "suite": ("Bộ đo", "Suite"),
    "lines": ("Dòng", "Lines"),
    "cer": ("CER %", "CER %"),
    "wer": ("WER %", "WER %"),
    "exact": ("Đúng hoàn toàn %", "Exact %"),
    "missed": ("Bỏ sót", "Missed"),
    "tone": ("Chỉ sai dấu %", "Tone only %"),
    "ece": ("ECE", "ECE"),
    "review": ("Cần xem lại %", "To review %"),
    "threshold": ("Ngưỡng", "Threshold"),
    "speed": ("Dòng/giây", "Lines/s"),
    "memory": ("Bộ nhớ MiB", "Memory MiB"),
    "interval": (
        "Trong ngoặc: khoảng tin cậy 95 % (bootstrap theo dòng). CER, WER: số chỗ sửa trên số ký tự, số từ của bản "
        "đúng. Cần xem lại: tỷ lệ dòng dưới ngưỡng nhỏ nhất tìm ra 95 % số dòng sai.",
        "In brackets: 95 % interval (bootstrap over lines). CER, WER: edits over signs and words of the truth. "
        "To review: share of lines below the smallest threshold that finds 95 % of the misread ones.",
    ),
    "hand": (
        "lines-hand, lines-cursive dùng phông GIỐNG chữ viết tay; chưa đo trên chữ viết tay thật.",
        "lines-hand and lines-cursive are drawn with handwriting-LIKE fonts; no real handwriting was measured.",
    ),
    "calibration": ("Độ tin cậy có đáng tin?", "Can its confidence be believed?"),
    "confidence": ("độ tin cậy", "confidence"),
    "right": ("tỷ lệ đúng", "share right"),
    "worst": ("Dòng sai nặng nhất", "The worst lines"),
    "none": ("Không có dòng nào sai.", "No line was misread."),
    "truth": ("Đúng", "Truth"),
    "read": ("Đọc", "Read"),
    "edits": ("chỗ sai", "edits"),
    "nothing": ("không tìm thấy gì", "nothing found"),
    "legend": (
        "Mất hoặc thừa, sai chữ, chỉ sai dấu",
        "Lost or extra, wrong sign, wrong in tone or mark only",
    ),
    "causes": ("Vì đâu", "Causes"),
    "cause_recognition": ("nhận dạng chữ", "recognition"),
    "cause_detection": ("tìm dòng", "line detection"),
    "cause_preparation": ("chuẩn bị trang", "page preparation"),
}

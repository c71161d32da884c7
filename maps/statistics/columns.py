"""The columns of the periodic report, in the order of the forms that offices know."""

from typing import Any, Literal, NamedTuple

from geo.i18n import _

Kind = Literal["count", "sum", "share", "decimal"]


class Column(NamedTuple):
    """A column: its `group` above, its heading, what it means, and how it is made.

    A `count` sums the figures `of`; a `sum` adds columns by their names in `of`; a `share` divides the first by the
    second; a `decimal` is one figure as it is.
    """

    name: str
    group: str
    heading: str
    meaning: str
    kind: Kind
    of: tuple[str, ...]
    days: bool = False  # hours by the clock told as days


_WAITING = _("Phải xử lý")
_HANDLED = _("Đã xử lý")
_LEFT = _("Chuyển đi, gộp")
_OPEN = _("Đang xử lý cuối kỳ")
_SAID = _("Đánh giá của người gửi")
_TIME = _("Thời gian (trung vị)")

COLUMNS = (
    Column(
        "carried",
        _WAITING,
        _("Kỳ trước chuyển sang"),
        _("Chưa có kết quả ở đầu kỳ, theo đơn vị đang giữ lúc đó."),
        "count",
        ("carried",),
    ),
    Column(
        "received",
        _WAITING,
        _("Tiếp nhận trong kỳ"),
        _("Gửi đến hệ thống trong kỳ, theo đơn vị nhận đầu tiên."),
        "count",
        ("received",),
    ),
    Column(
        "arrived",
        _WAITING,
        _("Nơi khác chuyển đến"),
        _(
            "Được chuyển, trả lại hoặc điều phối đến đơn vị trong kỳ; kể cả phản ánh tách khỏi nhóm đã gộp. "
            "Dòng tổng cộng và bảng theo lĩnh vực không tính việc chuyển giữa các đơn vị trong tỉnh."
        ),
        "count",
        ("arrived", "split"),
    ),
    Column(
        "waiting",
        _WAITING,
        _("Tổng số"),
        _("Kỳ trước chuyển sang + tiếp nhận + nơi khác chuyển đến; bằng đã xử lý + chuyển đi, gộp + đang xử lý."),
        "sum",
        ("carried", "received", "arrived"),
    ),
    Column(
        "on_time",
        _HANDLED,
        _("Đúng hạn"),
        _("Có kết quả hoặc bị từ chối trong kỳ, không muộn hơn hạn xử lý (sau gia hạn và tạm dừng)."),
        "count",
        ("on_time",),
    ),
    Column("late", _HANDLED, _("Quá hạn"), _("Như trên, sau hạn xử lý; tính cho đơn vị trả lời."), "count", ("late",)),
    Column("handled", _HANDLED, _("Tổng số"), _("Đúng hạn + quá hạn."), "sum", ("on_time", "late")),
    Column("share", _HANDLED, _("Tỷ lệ đúng hạn"), _("Đúng hạn chia cho đã xử lý."), "share", ("on_time", "handled")),
    Column(
        "charged",
        _HANDLED,
        _("Quá hạn khi đang giữ"),
        _("Phản ánh có kết quả quá hạn trong kỳ, tính cho đơn vị đang giữ vào lúc hết hạn."),
        "count",
        ("charged",),
    ),
    Column(
        "forwarded",
        _LEFT,
        _("Chuyển nơi khác"),
        _(
            "Đơn vị chuyển hoặc trả lại, hoặc Trung tâm IOC điều phối đi, trong kỳ. "
            "Dòng tổng cộng và bảng theo lĩnh vực không tính việc chuyển giữa các đơn vị trong tỉnh."
        ),
        "count",
        ("forwarded", "rerouted"),
    ),
    Column(
        "merged",
        _LEFT,
        _("Đã gộp"),
        _("Gộp vào một phản ánh khác trong kỳ và được trả lời cùng phản ánh đó."),
        "count",
        ("merged",),
    ),
    Column(
        "in_time",
        _OPEN,
        _("Trong hạn"),
        _("Chưa có kết quả ở cuối kỳ, chưa đến hạn hoặc đang tạm dừng chờ người gửi bổ sung."),
        "count",
        ("open", "-overdue"),
    ),
    Column("overdue", _OPEN, _("Quá hạn"), _("Chưa có kết quả ở cuối kỳ, đã qua hạn xử lý."), "count", ("overdue",)),
    Column("open", _OPEN, _("Tổng số"), _("Trong hạn + quá hạn."), "sum", ("in_time", "overdue")),
    Column(
        "disputed",
        _SAID,
        _("Phản ánh lần 2"),
        _("Người gửi không đồng ý với kết quả và gửi phản ánh lần 2 trong kỳ, theo đơn vị đã trả lời."),
        "count",
        ("disputed",),
    ),
    Column(
        "satisfied",
        _SAID,
        _("Hài lòng"),
        _("Lần đánh giá sau cùng của người gửi, nếu ở trong kỳ: 5 và 4 sao."),
        "count",
        ("satisfied",),
    ),
    Column("acceptable", _SAID, _("Chấp nhận"), _("Như trên: 3 sao."), "count", ("acceptable",)),
    Column("dissatisfied", _SAID, _("Không hài lòng"), _("Như trên: 2 và 1 sao."), "count", ("dissatisfied",)),
    Column(
        "accept_hours",
        _TIME,
        _("Tiếp nhận (giờ làm việc)"),
        _("Từ khi phản ánh đến đơn vị đến khi đơn vị tiếp nhận; trung vị, không cộng được."),
        "decimal",
        ("accept_hours",),
    ),
    Column(
        "result_days",
        _TIME,
        _("Có kết quả (ngày)"),
        _("Từ khi gửi đến khi có kết quả, theo lịch; trung vị, không cộng được."),
        "decimal",
        ("result_hours_by_clock",),
        days=True,
    ),
)


def value(column: Column, figures: dict[str, Any]) -> float | None:
    """What a column holds for some figures; None where there is nothing to divide or to take the middle of."""
    if column.kind == "decimal":
        found = figures[column.of[0]]
        return None if found is None else round(found / 24 if column.days else found, 1)
    if column.kind == "count":
        return sum(-int(figures[one[1:]]) if one.startswith("-") else int(figures[one]) for one in column.of)
    parts = [value(NAMED[one], figures) or 0 for one in column.of]
    if column.kind == "sum":
        return sum(parts)
    return parts[0] / parts[1] if parts[1] else None


def values(figures: dict[str, Any]) -> dict[str, float | None]:
    """What all columns hold, by their names."""
    return {column.name: value(column, figures) for column in COLUMNS}


NAMED = {column.name: column for column in COLUMNS}

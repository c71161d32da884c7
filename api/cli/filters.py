"""The filters of reports as options of a command, which may be written several times where an address may."""

from typing import Annotated

import typer

from api.parameters import SEVERAL, TWICE
from geo.errors import InvalidError

_Values = list[str] | None
BBoxes = Annotated[_Values, typer.Option(help="tây,nam,đông,bắc theo độ")]
Categories = Annotated[
    _Values, typer.Option(help="mã lĩnh vực; nhiều mã thì viết nhiều lần hoặc cách nhau bằng dấu phẩy")
]
Units = Annotated[_Values, typer.Option(help="mã đơn vị xử lý")]
Areas = Annotated[_Values, typer.Option(help="mã huyện hoặc xã")]
Editions = Annotated[_Values, typer.Option(help="phiên bản địa giới của mã ấy, hoặc then: bản có hiệu lực lúc gửi")]
States = Annotated[_Values, typer.Option(help="received, in_progress, …")]
Begins = Annotated[_Values, typer.Option(help="từ ngày này")]
Ends = Annotated[_Values, typer.Option(help="đến hết ngày này")]
Words = Annotated[_Values, typer.Option(help="từ trong nội dung, hoặc mã phản ánh")]


def written(**options: list[str] | None) -> dict[str, str]:
    """The filters as an address has them, blanks left out; InvalidError for one but `category` that stands twice."""
    found = {}
    for name, values in options.items():
        if values and len(values) > 1 and name != SEVERAL:
            raise InvalidError(TWICE, field=name, name=name, times=len(values))
        if said := ",".join(filter(None, values or ())):
            found[name] = said
    return found

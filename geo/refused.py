"""What the operating system refuses, in our own words."""

import errno

from geo.i18n import _

SENTENCES = {
    errno.ENOENT: _("không có tệp hoặc thư mục này"),
    errno.EACCES: _("không có quyền"),
    errno.EPERM: _("không có quyền"),
    errno.EISDIR: _("đó là một thư mục, không phải tệp"),
    errno.ENOTDIR: _("trên đường dẫn có một tệp ở chỗ của thư mục"),
    errno.EEXIST: _("đã có ở đó"),
    errno.ENOSPC: _("đĩa đã đầy"),
    errno.EROFS: _("nơi này chỉ cho đọc"),
    errno.ENAMETOOLONG: _("tên quá dài"),
    errno.EPIPE: _("bên nhận đã đóng"),
    errno.EADDRINUSE: _("chương trình khác đang dùng"),
    errno.EADDRNOTAVAIL: _("máy này không có địa chỉ ấy"),
}


def told(error: OSError) -> str:
    """The refusal as part of a sentence, to be translated; the system's own words where there are none of ours."""
    return SENTENCES.get(error.errno or 0) or f"({error.strerror or error})"

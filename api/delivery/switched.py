"""What units are told when an edition moved their open reports: one message each, however many reports."""

from sqlalchemy.orm import Session

from api.delivery import hooks, mail
from api.delivery.letters import SEE, WORK_ENDS, Letter
from api.listening import base
from geo import switches, units, work_links
from geo.i18n import _, translate
from geo.models import Delivery, Event, Report, User, Webhook
from geo.secret import secret
from geo.settings import Settings
from geo.switches import Switch

MOST_LINKS = 100  # in one letter
SUBJECT = {
    "activate": _("Phiên bản địa giới {edition} có hiệu lực: {what}"),
    "undo": _("Phiên bản địa giới {edition} được hoàn tác: {what}"),
}
CAME = _("{count} phản ánh đang mở chuyển đến {unit}")
WENT = _("{count} phản ánh đang mở chuyển đi khỏi {unit}")
ONCE = _("Nhật ký của từng phản ánh ghi nó từ đâu đến, đã đi đâu. Không có thư riêng cho mỗi phản ánh.")
WORK = _("Mở từng liên kết sau để xem và xử lý phản ánh đó, không cần tài khoản:")
MORE = _("Còn {count} phản ánh nữa; hãy đề nghị quản trị viên của hệ thống tạo tài khoản cho đơn vị.")


def send(session: Session, settings: Settings, delivery: Delivery, event: Event) -> None:
    """Sends one message of a switch; whoever it was for may be gone by now, and then there is nothing to send."""
    kind, _colon, number = delivery.target.partition(":")
    if kind == "user":
        user = session.get(User, int(number))
        if user is not None and user.active:
            told = switches.of(session, event, user.unit_id or units.ioc(session))
            if told is not None:
                mail.send(settings, user.email, letter(settings, told), number=delivery.id)
    elif kind == "unit":
        told = switches.of(session, event, int(number))
        if told is not None and told.unit.email and work_links.wanted(session, told.unit.id):
            mail.send(settings, told.unit.email, work_letter(session, settings, event, told), number=delivery.id)
    elif kind == "webhook":
        hook = session.get(Webhook, int(number))
        told = switches.of(session, event, hook.unit_id) if hook is not None and hook.active else None
        if hook is not None and told is not None:
            hooks.send_switch(hook, event, told, number=delivery.id, secret=secret(settings))


def letter(settings: Settings, told: Switch) -> Letter:
    """What the people of a unit get: how many, and the way to their desk."""
    subject = _subject(told)
    where = translate(SEE, "vi", address=f"{base(settings)}/queue")
    return Letter(subject, "\n\n".join([subject + ".", translate(ONCE, "vi"), where]) + "\n")


def work_letter(session: Session, settings: Settings, event: Event, told: Switch) -> Letter:
    """What a unit without accounts gets: how many, and a link for each report that came, as far as there is room."""
    subject = _subject(told)
    said = [subject + "."]
    came = session.scalars(switches.brought(event, told.unit.id)).all()
    if came:
        some = came[:MOST_LINKS]
        links = [f"{one.code} ({one.category.name})\n{_link(session, settings, one)}" for one in some]
        said += [translate(WORK, "vi"), *links, translate(WORK_ENDS, "vi", days=work_links.DAYS)]
    if len(came) > MOST_LINKS:
        said.append(translate(MORE, "vi", count=len(came) - MOST_LINKS))
    return Letter(subject, "\n\n".join(said) + "\n")


def _link(session: Session, settings: Settings, report: Report) -> str:
    return f"{base(settings)}/work/{work_links.make(session, report)}"


def _subject(told: Switch) -> str:
    unit = told.unit.name
    counts = ((CAME, told.came), (WENT, told.went))
    what = [translate(words, "vi", count=count, unit=unit) for words, count in counts if count]
    return translate(SUBJECT[told.kind], "vi", edition=told.edition, what="; ".join(what))

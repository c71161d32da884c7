"""Letters by SMTP."""

import smtplib
import ssl
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from api.delivery.letters import Letter
from geo.settings import Settings

TIMEOUT = 20  # seconds


def send(settings: Settings, to: str, letter: Letter, *, number: int | str) -> None:
    """Hands a letter to the mail server; whatever it raises means that it must be tried again.

    `number` makes a Message-ID that is the same whenever the letter is tried again, so that a repeat is recognised.
    """
    parts = urlsplit(settings.smtp_url or "")
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.mail_from, to, letter.subject
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<delivery-{number}@{settings.mail_from.rpartition('@')[2].rstrip('>')}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    secure = parts.scheme == "smtps"
    kind = smtplib.SMTP_SSL if secure else smtplib.SMTP
    with kind(parts.hostname or "", parts.port or (465 if secure else 587), timeout=TIMEOUT) as server:
        if not secure and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)

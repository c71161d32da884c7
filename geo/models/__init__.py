"""Half of the schema; the other half is boundaries.models."""

from geo.models.apart import Apart
from geo.models.api_key import ApiKey
from geo.models.archived import ArchivedReport
from geo.models.category import Category
from geo.models.claim import Claim
from geo.models.data_request import DataRequest
from geo.models.day import Day
from geo.models.delivery import Delivery
from geo.models.density import DensityBlock, DensityDelta, DensityOwner
from geo.models.event import Event
from geo.models.flag import Flag
from geo.models.follower import Follower
from geo.models.idempotency import IdempotencyKey
from geo.models.log_entry import LogEntry
from geo.models.login import Login
from geo.models.look import Look
from geo.models.media import Media
from geo.models.one_time_code import OneTimeCode
from geo.models.opening import Opening
from geo.models.option import Option
from geo.models.rate import Rate
from geo.models.recovery_code import RecoveryCode
from geo.models.report import Report
from geo.models.report_unit import ReportUnit
from geo.models.rule import Rule
from geo.models.sender import Sender
from geo.models.sms import SmsMessage
from geo.models.storm import Storm
from geo.models.subscription import Subscription
from geo.models.template import Template
from geo.models.tombstone import ReportTombstone
from geo.models.unit import Unit
from geo.models.upload import Upload, UploadPart
from geo.models.user import User
from geo.models.webhook import Webhook
from geo.models.work_link import WorkLink

__all__ = [
    "Apart",
    "ApiKey",
    "ArchivedReport",
    "Category",
    "Claim",
    "DataRequest",
    "Day",
    "Delivery",
    "DensityBlock",
    "DensityDelta",
    "DensityOwner",
    "Event",
    "Flag",
    "Follower",
    "IdempotencyKey",
    "LogEntry",
    "Login",
    "Look",
    "Media",
    "OneTimeCode",
    "Opening",
    "Option",
    "Rate",
    "RecoveryCode",
    "Report",
    "ReportTombstone",
    "ReportUnit",
    "Rule",
    "Sender",
    "SmsMessage",
    "Storm",
    "Subscription",
    "Template",
    "Unit",
    "Upload",
    "UploadPart",
    "User",
    "Webhook",
    "WorkLink",
]

"""The worker: takes the jobs one after another, and keeps the clock."""

import logging
from datetime import UTC, datetime

from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import JobAborted
from sqlalchemy.orm import Session, sessionmaker

from api import archiving, exporting, rerouting, undoing
from api.delivery import bringing, sending
from api.sms import replies
from boundaries import due, incoming, placing, scheduling
from geo import elsewhere, exports, handing_over, inbound, outbox, retention, timekeeping, uploads
from geo.density import keeping
from geo.secret import secret
from geo.settings import Settings

CONCURRENCY = 4
# 4 s, 16 s, 64 s … the last try comes about a day after the first.
RETRY = RetryStrategy(max_attempts=sending.MOST_TRIES - 1, exponential_wait=4)
HEARTBEAT, STALLED = 3.0, 12.0  # seconds between signs of life, and without one until a worker counts as dead
_log = logging.getLogger(__name__)


def build(url: str, settings: Settings, sessions: sessionmaker[Session]) -> App:
    """The jobs of this program over a database; each may run twice, and says so to nobody."""
    app = App(connector=PsycopgConnector(conninfo=url, kwargs={"application_name": "quangnam worker"}))

    @app.task(name=outbox.TELL, retry=RETRY)
    def tell(event_id: int) -> None:
        with sessions.begin() as session:
            outbox.plan(session, event_id, sending.channels(settings), secret(settings))

    @app.task(name=outbox.DELIVER, retry=RETRY, pass_context=True)
    def deliver(context: JobContext, delivery_id: int) -> None:
        try:
            with sessions.begin() as session:
                sending.deliver(session, settings, delivery_id)
        except Exception as error:
            last = context.job.attempts + 1 >= sending.MOST_TRIES
            with sessions.begin() as session:
                # The kind of error alone: its words may hold an address.
                sending.failed(session, delivery_id, type(error).__name__, last=last)
            raise

    _answering(app, settings, sessions)
    _switching(app, settings, sessions)
    _bringing(app, settings, sessions)
    _counting(app, settings, sessions)
    _exporting(app, settings, sessions)
    _forgetting(app, settings, sessions)
    _undoing(app, settings, sessions)

    @app.periodic(cron="* * * * *")
    @app.task(name="clock", queueing_lock="clock")
    def clock(timestamp: int) -> None:  # noqa: ARG001 (the library gives it)
        timekeeping.keep(sessions, datetime.now(UTC))

    @app.periodic(cron="* * * * *")
    @app.task(name="hand_over", queueing_lock="hand_over")
    def hand_over(timestamp: int) -> None:  # noqa: ARG001 (the library gives it)
        handing_over.keep(sessions, datetime.now(UTC))

    @app.periodic(cron="* * * * * */10")
    @app.task(name="revive", queueing_lock="revive")
    async def revive(timestamp: int) -> None:  # noqa: ARG001 (the library gives it)
        # The jobs of a worker that was killed are taken up again.
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED):
            await app.job_manager.retry_job(job)

    @app.periodic(cron="17 3 * * *")
    @app.task(name="tidy", queueing_lock="tidy")
    async def tidy(timestamp: int) -> None:  # noqa: ARG001 (the library gives it)
        await app.job_manager.delete_old_jobs(nb_hours=24 * 30)

    return app


def _answering(app: App, settings: Settings, sessions: sessionmaker[Session]) -> None:
    @app.task(name=inbound.ANSWER, retry=RETRY, pass_context=True)
    def answer(context: JobContext, message_id: int) -> None:
        last = context.job.attempts + 1 >= sending.MOST_TRIES
        with sessions.begin() as session:
            replies.tell(session, settings, message_id, last=last)


def _switching(app: App, settings: Settings, sessions: sessionmaker[Session]) -> None:
    # Every minute for what was set for a moment, or failed; the job is for what shall be now.
    @app.periodic(cron="* * * * *")
    @app.task(name="switch_clock", queueing_lock="switch_clock", lock=scheduling.SWITCH)
    def switch_clock(timestamp: int) -> None:  # noqa: ARG001 (the library gives it)
        due.activate(sessions, settings, datetime.now(UTC))

    @app.task(name=scheduling.SWITCH)
    def switch() -> None:
        due.activate(sessions, settings, datetime.now(UTC))


def _exporting(app: App, settings: Settings, sessions: sessionmaker[Session]) -> None:
    # How often it is tried again is the order's own business, which also counts workers that were killed.
    @app.task(name=exports.MAKE, retry=RetryStrategy(wait=4), pass_context=True)
    def export(context: JobContext, export_id: int) -> None:
        if not exporting.make(sessions, settings, export_id, context.should_abort):
            raise JobAborted

    @app.task(name=exports.TELL, retry=RETRY)
    def export_told(export_id: int) -> None:
        with sessions.begin() as session:
            exporting.tell(session, settings, export_id)


def _bringing(app: App, settings: Settings, sessions: sessionmaker[Session]) -> None:
    patience = RetryStrategy(max_attempts=bringing.MOST_TRIES - 1, exponential_wait=4)

    @app.task(name=elsewhere.BRING, retry=patience, pass_context=True)
    def bring(context: JobContext, fetch_id: int) -> None:
        last = context.job.attempts + 1 >= bringing.MOST_TRIES
        bringing.bring(sessions, settings, fetch_id, last=last)


def _counting(app: App, settings: Settings, sessions: sessionmaker[Session]) -> None:
    @app.periodic(cron="* * * * * */10")
    @app.task(name="count", queueing_lock="count")
    def count(timestamp: int) -> None:  # noqa: ARG001 (the library gives it)
        # Before it is folded a change counts as well, so this may come late; what waits only makes reading dearer.
        folded = keeping.BATCH
        while folded == keeping.BATCH:
            with sessions.begin() as session:
                folded = keeping.keep(session)

    @app.periodic(cron="* * * * *")
    @app.task(name="place", queueing_lock="place")
    def place(timestamp: int) -> None:  # noqa: ARG001 (the library gives it)
        placing.keep(sessions, settings)


def _forgetting(app: App, settings: Settings, sessions: sessionmaker[Session]) -> None:
    @app.periodic(cron="37 3 * * *")
    @app.task(name="forget", queueing_lock="forget")
    def forget(timestamp: int) -> None:  # noqa: ARG001 (the library gives it)
        retention.run(sessions, settings.retention_months, datetime.now(UTC))

    @app.periodic(cron="57 3 * * *")
    @app.task(name="archive", queueing_lock="archive")
    def archive(timestamp: int) -> None:  # noqa: ARG001 (the library gives it)
        if settings.archive_months is not None:
            archiving.run(sessions, settings, archiving.months_ago(settings.archive_months, datetime.now(UTC)))

    @app.periodic(cron="27 * * * *")
    @app.task(name="sweep", queueing_lock="sweep")
    def sweep(timestamp: int) -> None:  # noqa: ARG001 (the library gives it)
        uploads.sweep(sessions, datetime.now(UTC))
        exporting.sweep(sessions, settings, datetime.now(UTC))
        incoming.sweep(settings, datetime.now(UTC))


def _undoing(app: App, settings: Settings, sessions: sessionmaker[Session]) -> None:
    @app.task(name=undoing.UNDO, retry=RetryStrategy(max_attempts=3, wait=4))
    def undo_edition(code: str, user_id: int) -> None:
        undoing.do(sessions, settings, code, user_id)

    @app.task(name=rerouting.REROUTE, retry=RetryStrategy(max_attempts=3, wait=4))
    def reroute_edition(code: str, user_id: int) -> None:
        rerouting.do(sessions, settings, code, user_id)


def run(url: str, settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Works until it is asked to stop; what the clock missed while nobody worked comes first."""
    timekeeping.keep(sessions, datetime.now(UTC))
    due.activate(sessions, settings, datetime.now(UTC))
    handing_over.keep(sessions, datetime.now(UTC))
    app = build(url, settings, sessions)
    app.run_worker(
        concurrency=CONCURRENCY,
        delete_jobs="successful",
        shutdown_graceful_timeout=20,
        update_heartbeat_interval=HEARTBEAT,
        stalled_worker_timeout=STALLED,
    )

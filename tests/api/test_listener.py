import asyncio
import itertools
from typing import cast

from sqlalchemy.orm import Session, sessionmaker

from api.listener import Listener
from geo.database import build_engine


def test_no_fault_of_a_look_ends_the_listener(fresh_database_url: str) -> None:
    engine = build_engine(fresh_database_url)
    made, numbers = sessionmaker(engine), itertools.count()

    def faltering() -> Session:
        # The first is for the address of the database, the second for the first look.
        if next(numbers) == 1:
            raise RuntimeError("can't start new thread")
        return made()

    async def begin() -> None:
        listener = Listener(cast(sessionmaker[Session], faltering))
        try:
            await asyncio.wait_for(listener.recent(), 20)
        finally:
            await listener.stop()

    asyncio.run(begin())
    engine.dispose()
    assert next(numbers) > 2

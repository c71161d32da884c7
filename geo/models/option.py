from sqlalchemy.orm import Mapped, mapped_column

from geo.database import Base


class Option(Base):
    """A number of the process that an administrator changed; what is not here has the default of geo.options."""

    __tablename__ = "options"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]

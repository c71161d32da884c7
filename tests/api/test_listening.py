import subprocess
import sys

from api import listening
from geo.settings import Settings


def test_links_lead_where_a_server_of_the_folder_listens_while_it_does(settings: Settings) -> None:
    settings.data_dir.mkdir(exist_ok=True)
    assert listening.base(settings) == "http://127.0.0.1:8000"
    with listening.known(settings, "http://0.0.0.0:8111"):
        assert listening.base(settings) == "http://127.0.0.1:8111"
        with listening.known(settings, "http://127.0.0.1:8112"):
            assert listening.base(settings) == "http://127.0.0.1:8111"
    assert listening.base(settings) == "http://127.0.0.1:8000"


def test_what_a_killed_server_left_misleads_nobody(settings: Settings) -> None:
    settings.data_dir.mkdir(exist_ok=True)
    serve = (
        "import sys, os; from pathlib import Path; from api import listening; from geo.settings import Settings;"
        "s = Settings(data_dir=Path(sys.argv[1]));"
        "context = listening.known(s, 'http://127.0.0.1:8111'); context.__enter__(); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", serve, str(settings.data_dir)], check=False)
    assert (settings.data_dir / listening.NAME).read_text() == "http://127.0.0.1:8111"
    assert listening.base(settings) == "http://127.0.0.1:8000"


def test_the_address_that_is_set_goes_before(settings: Settings) -> None:
    told = settings.model_copy(update={"public_url": "https://example.vn/"})
    with listening.known(told, "http://127.0.0.1:8111"):
        assert listening.base(told) == "https://example.vn"
    gone = settings.model_copy(update={"data_dir": settings.data_dir / "nowhere"})
    with listening.known(gone, "http://127.0.0.1:8111"):
        assert listening.base(gone) == "http://127.0.0.1:8000"

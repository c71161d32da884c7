"""quangnam boundaries: editions of the administrative borders."""

import typer

from api.cli.later import later

COMMANDS = {
    "list": ("editions:list_", "Lists the editions, oldest first."),
    "check": (
        "editions:check",
        "Measures an edition: validity of its polygons, gaps and overlaps in m²; status 1 where it has any.",
    ),
    "import": ("bringing:import_", "Checks a file of areas and, with --commit, writes it into a draft edition."),
    "diff": (
        "compared:diff",
        "Shows what became of the areas of one edition in another, the km² that change hands and the reports on them.",
    ),
    "correspondence": (
        "compared:correspondence",
        "Shows how much of each area of one edition lies in which areas of another, by land and by reports.",
    ),
    "preview": (
        "activation:preview",
        "Shows what activating an edition would do to the open reports, from which unit to which; changes nothing.",
    ),
    "activate": (
        "activation:activate",
        "Puts an edition in force, now or at a moment: open reports follow it, and reports go on coming in meanwhile.",
    ),
    "undo": (
        "activation:undo",
        "Takes the newest active edition, or a moment that was set, back; reports go back to whom they had.",
    ),
    "remove": ("activation:remove", "Removes a draft that was never active."),
}
app = typer.Typer(cls=later(COMMANDS), add_completion=False, no_args_is_help=True)


@app.callback()
def boundaries() -> None:
    """Địa giới hành chính, theo từng phiên bản."""

"""The permission table as Markdown: `python -m tests.permission_table` prints what docs/permissions.md must hold."""

from pathlib import Path

from geo.permissions import MAY, ROLES

DOCUMENT = Path(__file__).parent.parent / "docs/permissions.md"


def table() -> str:
    """A row an action, a column a role."""
    lines = [f"| action | {' | '.join(ROLES)} |", f"| --- {'| --- ' * len(ROLES)}|"]
    for action, roles in MAY.items():
        lines.append(f"| `{action}` | {' | '.join('✓' if role in roles else '–' for role in ROLES)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())  # noqa: T201 (its purpose)

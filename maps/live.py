"""The folium plug-in that keeps a map going: what happens is shown as it happens."""

from branca.element import MacroElement
from folium.elements import JSCSSMixin
from folium.template import Template
from folium.utilities import remove_empty


class Live(JSCSSMixin, MacroElement):
    """Show what happens on a Leaflet map as it happens: a ring that fades at each new report and each step of one.

    The script listens to a stream of server-sent events whose data have `lon` and `lat`, and tells the page by events
    of the `document`: `quangnam:report` and `quangnam:step` (`detail` is the event's data), `quangnam:edition` (other
    boundaries are in force) and `quangnam:reset` (too much was missed), after which it loads anew, `quangnam:connected`
    and `quangnam:lost`. Where the page has an element with the id `live`, the state of the connection is written there.
    Rings are drawn for what is in the page's filters, and none where the reader wants less motion.

    Parameters
    ----------
    source : str
        The address of the stream.
    cursor : str, default None
        Where the history stood when the page was made. The stream goes on from there, so that nothing is missed between
        the page and the stream. Without it the stream begins when it is opened.
    rings : int, default 40
        How many rings are drawn at a time; of more the oldest go.
    script : str, default "live.js"
        The address of the plug-in's script, which needs that of the page's other drawings (`map.js`) before it.

    Examples
    --------
    >>> canvas = folium.Map(location=[15.57, 107.98], zoom_start=9)
    >>> Live("/api/v1/stream", cursor="kR3…", script="/assets/live.js").add_to(canvas)

    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        quangnam.live({{ this._parent.get_name() }}, {{ this.options|tojavascript }});
        {% endmacro %}
        """
    )

    def __init__(self, source: str, cursor: str | None = None, *, rings: int = 40, script: str = "live.js") -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name, self._id = "live", "live"  # equal maps are equal pages
        # The instance's own list: folium's is shared by all maps of a process.
        self.default_js = [("live.js", script)]
        self.options = remove_empty(source=source, cursor=cursor, rings=rings)

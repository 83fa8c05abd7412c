"""The house rules in the order in which a reader meets them."""

from .doors import front_door, siblings
from .ports import no_print, ports
from .shape import short_function, short_module, telling_name
from .words import no_banner, no_promise, reasoned_suppression, specifying_docstring

RULES = (
    telling_name,
    short_module,
    short_function,
    front_door,
    siblings,
    ports,
    no_print,
    no_promise,
    no_banner,
    reasoned_suppression,
    specifying_docstring,
)

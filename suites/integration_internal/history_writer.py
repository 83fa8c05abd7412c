"""Append batches to the history that is named, saying how many are committed: made to be killed.

Arguments: the history, the writer's name, how many batches; 0 means for ever.
"""

import sys
from itertools import count

from autobiz_gates.flakes import open_history

from ..histories import BATCH, batch


def write(place: str, writer: str, batches: int) -> None:
    history = open_history(place)
    for number in range(batches) if batches else count():
        assert history.append(batch(number, writer)) == BATCH
        print(number + 1, flush=True)  # noqa: T201  # this script's only way to speak
    history.close()


write(sys.argv[1], sys.argv[2], int(sys.argv[3]))

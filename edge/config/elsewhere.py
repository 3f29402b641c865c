"""Has another process validate configurations, so that pydantic isn't in the memory of this one."""

from __future__ import annotations

import pickle
import subprocess
import sys
import threading
from collections import OrderedDict

from edge.config import Config
from edge.errors import ConfigError, MoodroomError

# A Pi Zero needs a few seconds.
ANSWER_WITHIN_S = 60.0
# The page's text is validated when it is written, and needed again when it is shown and loaded.
KNOWN_MAX = 4
_CODE = """
import pickle, sys
sys.path[:], text, name = pickle.load(sys.stdin.buffer)
from edge import validation
validation.validate_for_another_process()
from edge.config.validating import answer
sys.stdout.buffer.write(answer(text, name))
"""


class Elsewhere:
    """Validates one text at a time, since each process takes 40 MB; the last valid ones are known."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Config] = OrderedDict()

    def remember(self, text: str, config: Config) -> None:
        """Take a text's configuration, which was validated before."""
        with self._lock:
            self._remember(text, config)

    def parse(self, text: str, name: str) -> Config:
        """As `validating.parse`; raises MoodroomError if the other process can't do it."""
        with self._lock:
            config = self._known[text] if text in self._known else _validated(text, name)
            self._remember(text, config)
            return config

    def _remember(self, text: str, config: Config) -> None:
        self._known[text] = config
        self._known.move_to_end(text)
        while len(self._known) > KNOWN_MAX:
            self._known.popitem(last=False)


def _validated(text: str, name: str) -> Config:
    # Isolated, since the folder that the device runs in may hold anything; it gets this process's path instead.
    command = [sys.executable, "-I", *(["-B"] if sys.dont_write_bytecode else []), "-c", _CODE]
    question = pickle.dumps((sys.path, text, name))
    try:
        done = subprocess.run(  # noqa: S603
            command, input=question, capture_output=True, timeout=ANSWER_WITHIN_S, start_new_session=True, check=True
        )
    except subprocess.CalledProcessError as error:
        last = error.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise MoodroomError(f"{name}: can't be validated now ({last or error.returncode}); try again") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        reason = error.strerror if isinstance(error, OSError) else f"no answer within {ANSWER_WITHIN_S:.0f} s"
        raise MoodroomError(f"{name}: can't be validated now ({reason}); try again") from None
    valid, found = pickle.loads(done.stdout)  # noqa: S301  from the project's own process
    if not valid:
        raise ConfigError(found)
    assert isinstance(found, Config)
    return found


_elsewhere = Elsewhere()
parse, remember = _elsewhere.parse, _elsewhere.remember

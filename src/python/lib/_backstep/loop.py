"""asyncio without a browser: an event loop that only runs callbacks and waits for timers."""
import asyncio
import time
import warnings
from asyncio import events


class _Timers:
    """Stands where a loop waits for files and sockets, of which there are none here."""

    def select(self, timeout=None):
        if timeout is None:
            raise RuntimeError('this coroutine waits for something that can never happen')
        time.sleep(timeout)
        return []

    def close(self):
        pass


class Loop(asyncio.BaseEventLoop):
    def __init__(self):
        super().__init__()
        self._selector = _Timers()

    def _process_events(self, found):
        pass

    def _write_to_self(self):
        pass


class Policy(events._BaseDefaultEventLoopPolicy):
    _loop_factory = Loop


def install():
    """Makes asyncio.run work as in any Python."""
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        asyncio.set_event_loop_policy(Policy())
    events._set_running_loop(None)
    # Pyodide's own versions wait for a browser.
    asyncio.run = getattr(asyncio.run, '__wrapped__', asyncio.run)
    time.sleep = getattr(time.sleep, '__wrapped__', time.sleep)

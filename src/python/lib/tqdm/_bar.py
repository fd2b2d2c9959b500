"""A bar of progress, redrawn at most ten times a second: as tqdm's own, without threads."""
import sys
import time


class TqdmWarning(Warning):
    pass


class TqdmTypeError(TypeError):
    pass


class TqdmDeprecationWarning(Exception):
    pass


class tqdm:
    """Wraps an iterable, or is told of progress by update()."""

    monitor_interval = 0
    _instances = ()

    def __init__(self, iterable=None, desc=None, total=None, leave=True, file=None, ncols=None, mininterval=0.1, maxinterval=10.0, miniters=None,
                 ascii=None, disable=False, unit='it', unit_scale=False, dynamic_ncols=False, smoothing=0.3, bar_format=None, initial=0,
                 position=None, postfix=None, unit_divisor=1000, write_bytes=False, lock_args=None, nrows=None, colour=None, delay=0.0, gui=False,
                 **more):
        if total is None and iterable is not None:
            try:
                total = len(iterable)
            except (TypeError, AttributeError):
                total = None
        if total == float('inf'):
            total = None
        self.iterable, self.desc, self.total, self.leave = iterable, f'{desc}: ' if desc else '', total, leave
        self.fp = file if file is not None else sys.stderr
        self.ncols, self.mininterval, self.unit, self.unit_scale = ncols or 78, mininterval, unit, unit_scale
        self.disable = bool(disable)
        self.n = self.initial = initial
        self.postfix = None
        self.start_t = self.last_print_t = time.time()
        self.last_print_n = initial
        self._drawn = 0
        if postfix:
            self.set_postfix(postfix, refresh=False)
        if not self.disable and delay <= 0:
            self.refresh()

    def __iter__(self):
        try:
            for found in self.iterable:
                yield found
                self.update()
        finally:
            self.close()

    def __len__(self):
        return self.total if self.iterable is None else len(self.iterable)

    def __bool__(self):
        return self.total > 0 if self.total is not None else self.iterable is not None

    def __contains__(self, item):
        return item in self.iterable

    def __reversed__(self):
        self.iterable = reversed(self.iterable)
        return iter(self)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def update(self, n=1):
        """`n` more are done."""
        if self.disable:
            return None
        self.n += n
        now = time.time()
        if now - self.last_print_t >= self.mininterval:
            self.refresh()
            return True
        return None

    def close(self):
        if self.disable:
            return
        self.refresh()
        self.disable = True
        self.fp.write('\n' if self.leave else '\r' + ' ' * self._drawn + '\r')
        self.fp.flush()

    def reset(self, total=None):
        self.n = 0
        self.total = total if total is not None else self.total
        self.start_t = time.time()
        self.refresh()

    def unpause(self):
        pass

    def clear(self, nolock=False):
        if not self.disable:
            self.fp.write('\r' + ' ' * self._drawn + '\r')

    def refresh(self, nolock=False, lock_args=None):
        if self.disable:
            return
        text = str(self)
        self.fp.write('\r' + text + ' ' * max(0, self._drawn - len(text)))
        self.fp.flush()
        self._drawn, self.last_print_t, self.last_print_n = len(text), time.time(), self.n

    display = refresh

    def set_description(self, desc=None, refresh=True):
        self.desc = f'{desc}: ' if desc else ''
        if refresh:
            self.refresh()

    def set_description_str(self, desc=None, refresh=True):
        self.desc = desc or ''
        if refresh:
            self.refresh()

    def set_postfix(self, ordered_dict=None, refresh=True, **more):
        found = dict(ordered_dict or {}, **dict(sorted(more.items())))
        texts = (f'{k}={f"{v:.3g}" if isinstance(v, (int, float)) and not isinstance(v, bool) else str(v).strip()}' for k, v in found.items())
        self.set_postfix_str(', '.join(texts), refresh)

    def set_postfix_str(self, s='', refresh=True):
        self.postfix = str(s)
        if refresh:
            self.refresh()

    @property
    def format_dict(self):
        return {'n': self.n, 'total': self.total, 'elapsed': time.time() - self.start_t, 'unit': self.unit, 'prefix': self.desc,
                'rate': None, 'postfix': self.postfix}

    def __str__(self):
        passed = time.time() - self.start_t
        rate = (self.n - self.initial) / passed if passed > 0 else 0
        shown = (f'{rate:5.2f}{self.unit}/s' if rate >= 1 else f'{1 / rate:5.2f}s/{self.unit}') if rate else f'?{self.unit}/s'
        postfix = f', {self.postfix}' if self.postfix else ''
        if self.total is None:
            return f'{self.desc}{self.n}{self.unit} [{_clock(passed)}, {shown}{postfix}]'
        part = self.n / self.total if self.total else 1.0
        left = _clock((self.total - self.n) / rate) if rate else '?'
        words = f'| {self.n}/{self.total} [{_clock(passed)}<{left}, {shown}{postfix}]'
        head = f'{self.desc}{100 * part:3.0f}%|'
        room = max(1, self.ncols - len(head) - len(words))
        full, rest = divmod(int(room * 8 * min(part, 1)), 8)
        bar = '█' * full + (' ▏▎▍▌▋▊▉'[rest] if full < room else '')
        return head + bar + ' ' * (room - len(bar)) + words

    __repr__ = __str__

    @classmethod
    def write(cls, s, file=None, end='\n', nolock=False):
        (file if file is not None else sys.stdout).write(s + end)

    @classmethod
    def pandas(cls, *args, **more):
        pass

    @classmethod
    def set_lock(cls, lock):
        pass

    @classmethod
    def get_lock(cls):
        return None


def _clock(seconds):
    minutes, s = divmod(int(seconds), 60)
    hours, m = divmod(minutes, 60)
    return f'{hours}:{m:02d}:{s:02d}' if hours else f'{m:02d}:{s:02d}'


def trange(*args, **more):
    """tqdm(range(...))"""
    return tqdm(range(*args), **more)

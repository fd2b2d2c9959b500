"""torch.utils.benchmark: how long statements take, measured here and now."""
import time as _time
import timeit as _timeit

timer = _time.perf_counter


class Measurement:
    """Times of one statement: `times` are seconds a run, one for each repetition of `number_per_run` runs."""

    def __init__(self, number_per_run, raw_times, task_spec=None):
        self.number_per_run = number_per_run
        self.raw_times = list(raw_times)
        self.task_spec = task_spec

    @property
    def times(self):
        return [t / self.number_per_run for t in self.raw_times]

    @property
    def mean(self):
        return sum(self.times) / len(self.times)

    @property
    def median(self):
        ordered = sorted(self.times)
        n = len(ordered)
        return ordered[n // 2] if n % 2 else (ordered[n // 2 - 1] + ordered[n // 2]) / 2

    @property
    def iqr(self):
        ordered = sorted(self.times)
        at = lambda q: ordered[min(int(q * (len(ordered) - 1) + 0.5), len(ordered) - 1)]
        return at(0.75) - at(0.25)

    @property
    def title(self):
        spec = self.task_spec or {}
        return spec.get('label') or spec.get('stmt') or ''

    def __repr__(self):
        scale, unit = next(((s, u) for s, u in ((1, 's'), (1e-3, 'ms'), (1e-6, 'us'), (1e-9, 'ns')) if self.median >= s), (1e-9, 'ns'))
        n = len(self.raw_times)
        runs = f'{self.number_per_run} runs per measurement' if self.number_per_run > 1 else '1 run per measurement'
        count = f'{n} measurements' if n > 1 else '1 measurement'
        head = f'<{type(self).__module__}.{type(self).__name__} object at {hex(id(self))}>\n{self.title}\n'
        return f"{head}  {'Median' if n > 1 else ''}{': ' if n > 1 else ''}{self.median / scale:.2f} {unit}\n  {count}, {runs}, 1 thread"


class Timer:
    """Times a statement: `Timer(stmt='x @ x', globals={'x': x}).timeit(100)`. The clock is the machine's; Backstep records meanwhile."""

    def __init__(self, stmt='pass', setup='pass', global_setup='', timer=timer, globals=None, label=None, sub_label=None,
                 description=None, env=None, num_threads=1, language='python'):
        if language not in ('python', 'py'):
            from .._missing import not_yet
            raise not_yet(f'torch.utils.benchmark.Timer(language={language!r})', NotImplementedError)
        self._task_spec = dict(stmt=stmt, setup=setup, label=label, sub_label=sub_label, description=description, env=env,
                               num_threads=num_threads)
        self._timer = _timeit.Timer(stmt, setup, timer, globals)

    def timeit(self, number=1000000):
        """Runs the statement `number` times, after a few to warm up."""
        self._timer.timeit(max(number // 100, 2))
        return Measurement(number, [self._timer.timeit(number)], self._task_spec)

    def _number(self, least):
        number = 1
        while True:
            took = self._timer.timeit(number)
            if took >= least or number >= 10 ** 7:
                return number
            number = min(number * 10, max(number + 1, int(number * 1.2 * least / max(took, 1e-9))))

    def blocked_autorange(self, callback=None, min_run_time=0.2):
        """Repeats blocks of runs until they took `min_run_time` seconds in all."""
        number = self._number(min_run_time / 1000)
        times = []
        while sum(times) < min_run_time:
            times.append(self._timer.timeit(number))
            if callback is not None:
                callback(number, times[-1])
        return Measurement(number, times, self._task_spec)

    def adaptive_autorange(self, threshold=0.1, *, min_run_time=0.01, max_run_time=10.0, callback=None):
        """The same until the spread of the times is below `threshold` of their median."""
        number = self._number(min_run_time / 1000)
        times = []
        while sum(times) < max_run_time:
            times.append(self._timer.timeit(number))
            found = Measurement(number, times, self._task_spec)
            if sum(times) >= min_run_time and len(times) > 3 and found.iqr < threshold * found.median:
                break
        return Measurement(number, times, self._task_spec)


from .._missing import module_getattr  # noqa: E402
__getattr__ = module_getattr('torch.utils.benchmark', globals())

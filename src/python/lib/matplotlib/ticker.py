"""Where an axis has its ticks, and what stands at them."""
import math

from ._anything import module_getattr

STEPS = (1, 2, 2.5, 5, 10)


def places(low, high, most=9):
    """Round numbers between two limits, at most `most` steps."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low:
        return [low] if math.isfinite(low) else []
    raw = (high - low) / most
    power = 10.0 ** math.floor(math.log10(raw))
    step = next((s * power for s in STEPS if s * power >= raw * (1 - 1e-10)), 10 * power)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [k * step for k in range(first, last + 1)]


def log_places(low, high):
    if low <= 0 or high <= low:
        return []
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    every = max(1, (last - first) // 8)
    found = [10.0 ** k for k in range(first, last + 1, every) if low * (1 - 1e-9) <= 10.0 ** k <= high * (1 + 1e-9)]
    return found if len(found) > 1 else places(low, high, 6)


def labels(ticks):
    """As many digits as tell the ticks apart."""
    if not ticks:
        return []
    largest = max(map(abs, ticks))
    step = min((b - a for a, b in zip(ticks, ticks[1:])), default=largest) or 1.0
    if largest >= 1e5 or 0 < largest < 1e-4:
        return [f'{t:.{max(0, math.ceil(math.log10(largest / step) - 1e-9)) if step else 1}e}'.replace('e+0', 'e').replace('e-0', 'e-') if t else '0'
                for t in ticks]
    digits = next((d for d in range(10) if all(abs(round(t, d) - t) < 1e-6 * step for t in ticks)), 10)
    return [f'{t + 0.0:.{digits}f}'.replace('-', '\N{MINUS SIGN}') for t in ticks]


def log_labels(ticks):
    return [f'1e{round(math.log10(t))}' if abs(math.log10(t) - round(math.log10(t))) < 1e-9 else f'{t:g}' for t in ticks]


class Locator:
    def __init__(self, *args, **kwargs):
        self.args, self.kwargs = args, kwargs

    def ticks(self, low, high):
        return places(low, high)

    def tick_values(self, low, high):
        return self.ticks(low, high)


class MultipleLocator(Locator):
    def ticks(self, low, high):
        base = self.args[0] if self.args else self.kwargs.get('base', 1.0)
        return [k * base for k in range(math.ceil(low / base - 1e-9), math.floor(high / base + 1e-9) + 1)]


class MaxNLocator(Locator):
    def ticks(self, low, high):
        most = self.args[0] if self.args else self.kwargs.get('nbins', 9)
        found = places(low, high, most if isinstance(most, int) else 9)
        return [t for t in found if t == round(t)] if self.kwargs.get('integer') else found


class FixedLocator(Locator):
    def ticks(self, low, high):
        return [t for t in self.args[0] if low <= t <= high]


class NullLocator(Locator):
    def ticks(self, low, high):
        return []


class AutoLocator(Locator):
    pass


class LogLocator(Locator):
    def ticks(self, low, high):
        return log_places(low, high)


class LinearLocator(Locator):
    def ticks(self, low, high):
        count = self.args[0] if self.args and self.args[0] else 11
        return [low + (high - low) * i / (count - 1) for i in range(count)]


class Formatter:
    def __init__(self, *args, **kwargs):
        self.args = args

    def text(self, value, position):
        return f'{value:g}'

    __call__ = text


class FuncFormatter(Formatter):
    def text(self, value, position):
        return str(self.args[0](value, position))

    __call__ = text


class FormatStrFormatter(Formatter):
    def text(self, value, position):
        return self.args[0] % value

    __call__ = text


class StrMethodFormatter(Formatter):
    def text(self, value, position):
        return self.args[0].format(x=value, pos=position)

    __call__ = text


class PercentFormatter(Formatter):
    def text(self, value, position):
        return f'{value / (self.args[0] if self.args else 100) * 100:g}%'

    __call__ = text


class NullFormatter(Formatter):
    def text(self, value, position):
        return ''

    __call__ = text


class ScalarFormatter(Formatter):
    pass


__getattr__ = module_getattr('matplotlib.ticker')

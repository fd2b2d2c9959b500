"""matplotlib's face: `plt.*` keeps what is drawn as data and draws it as SVG; nothing that a script draws with stops it."""
from ._anything import install as _install
from ._anything import module_getattr as _module_getattr

__version__ = '3.10.0'


class RcParams(dict):
    """Settings; every name is taken."""

    def __missing__(self, key):
        return None

    def update(self, *args, **more):
        for name, value in dict(*args, **more).items():
            self[name] = value

    def copy(self):
        return RcParams(self)


rcParams = RcParams({
    'figure.figsize': [6.4, 4.8], 'figure.dpi': 100.0, 'figure.facecolor': 'white', 'axes.facecolor': 'white', 'font.size': 10.0,
    'font.family': ['sans-serif'], 'font.sans-serif': ['DejaVu Sans'], 'lines.linewidth': 1.5, 'lines.markersize': 6.0, 'axes.unicode_minus': True,
    'image.cmap': 'viridis', 'image.interpolation': 'auto', 'savefig.dpi': 'figure', 'axes.grid': False, 'backend': 'agg', 'interactive': False,
    'axes.titlesize': 'large', 'axes.labelsize': 'medium', 'legend.fontsize': 'medium', 'xtick.labelsize': 'medium', 'ytick.labelsize': 'medium',
})
rcParamsDefault = RcParams(rcParams)
rcParamsOrig = RcParams(rcParams)


def rc(group, **settings):
    for name in [group] if isinstance(group, str) else group:
        rcParams.update({f'{name}.{key}': value for key, value in settings.items()})


def rcdefaults():
    rcParams.clear()
    rcParams.update(rcParamsDefault)


def use(backend, *, force=True):
    """Every backend is this one."""
    rcParams['backend'] = backend


def get_backend():
    return rcParams['backend']


class rc_context:
    def __init__(self, rc=None, fname=None):
        self._before = RcParams(rcParams)
        rcParams.update(rc or {})

    def __enter__(self):
        return self

    def __exit__(self, *error):
        rcParams.clear()
        rcParams.update(self._before)


def interactive(b):
    rcParams['interactive'] = b


def is_interactive():
    return rcParams['interactive']


_own = _module_getattr('matplotlib')
_install('matplotlib', 'mpl_toolkits')


def __getattr__(name):
    import importlib
    import importlib.util
    if name.startswith('_'):
        raise AttributeError(f"module 'matplotlib' has no attribute '{name}'")
    if name == 'colormaps':
        from .cm import colormaps
        return colormaps
    if name.islower():
        return importlib.import_module(f'matplotlib.{name}')
    return _own(name)

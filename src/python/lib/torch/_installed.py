"""torch and the packages beside it, as `importlib.metadata` tells of installed ones."""
import importlib
from importlib.metadata import Distribution

# Their names for pip, and what is imported.
_PACKAGES = {'torch': 'torch', 'numpy': 'numpy', 'matplotlib': 'matplotlib', 'scikit-learn': 'sklearn', 'tqdm': 'tqdm',
             'ipython': 'IPython', 'safetensors': 'safetensors'}


class _Installed(Distribution):
    def __init__(self, name, module):
        self._name, self._module = name, module

    def read_text(self, filename):
        if filename != 'METADATA':
            return None
        return f'Metadata-Version: 2.1\nName: {self._name}\nVersion: {importlib.import_module(self._module).__version__}\n'

    def locate_file(self, path):
        return path


def found(name):
    """The distributions of that name; all where it is None."""
    wanted = name and name.lower().replace('_', '-')
    return [_Installed(*package) for package in _PACKAGES.items() if wanted in (None, package[0])]

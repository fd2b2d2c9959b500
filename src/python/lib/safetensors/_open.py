"""safe_open: a file whose tensors are read one by one."""
import os

from ._format import DTYPES, SafetensorError, read_header


def tensor_of(entry, raw):
    """A tensor of an entry of the header, and the bytes of its elements."""
    import torch
    from torch._construct import from_raw
    from torch._dtype import index_of
    dtype = getattr(torch, DTYPES.get(entry['dtype'], ''), None)
    if dtype is None:
        raise SafetensorError(f'dtype {entry["dtype"]} is not in Backstep yet')
    index_of(dtype)
    return from_raw(dtype, bytes(raw), tuple(entry['shape']))


class PySafeSlice:
    """A tensor of a file, of which indexing reads a part."""

    def __init__(self, entry, read):
        self._entry = entry
        self._read = read

    def get_shape(self):
        return list(self._entry['shape'])

    def get_dtype(self):
        return self._entry['dtype']

    def __getitem__(self, index):
        return self._read()[index]


class safe_open:
    """The names, tensors and metadata of a file; a context manager."""

    def __init__(self, filename, framework, device='cpu', *, backend='mmap'):
        if framework not in ('pt', 'torch', 'pytorch'):
            raise SafetensorError(f'framework {framework} is invalid')
        from torch._device import check
        path = os.fspath(filename)
        if not os.path.exists(path):
            raise FileNotFoundError(f'No such file or directory: {path}')
        check(device)
        with open(path, 'rb') as file:
            self._data = file.read()
        self._entries, self._metadata, self._start = read_header(self._data)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self._data = None

    def _entry(self, name):
        self._check()
        if name not in self._entries:
            raise SafetensorError(f'File does not contain tensor {name}')
        return self._entries[name]

    def _check(self):
        if self._data is None:
            raise SafetensorError('File is closed')

    def keys(self):
        """The names, sorted."""
        self._check()
        return sorted(self._entries)

    def offset_keys(self):
        """The names in the order of the file."""
        self._check()
        return list(self._entries)

    def metadata(self):
        """Words that came with the file, or None."""
        self._check()
        return self._metadata

    def get_tensor(self, name):
        entry = self._entry(name)
        start, stop = (self._start + offset for offset in entry['data_offsets'])
        return tensor_of(entry, self._data[start:stop])

    def get_tensors(self):
        """{name: tensor} of all."""
        return {name: self.get_tensor(name) for name in self.offset_keys()}

    def get_slice(self, name):
        return PySafeSlice(self._entry(name), lambda: self.get_tensor(name))

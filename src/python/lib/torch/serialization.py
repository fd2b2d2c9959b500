"""torch.save and torch.load: Backstep's own files until PyTorch's zip format is read and written (issue 3)."""
import pickle


def save(obj, f, pickle_module=pickle, pickle_protocol=2, _use_new_zipfile_serialization=True):
    """Writes an object with tensors to a file."""
    if hasattr(f, 'write'):
        pickle.dump(obj, f, protocol=4)
        return
    with open(f, 'wb') as file:
        pickle.dump(obj, file, protocol=4)


def load(f, map_location=None, pickle_module=pickle, *, weights_only=None, mmap=None, **kwargs):
    """Reads what `save` wrote."""
    if hasattr(f, 'read'):
        return _load(f)
    with open(f, 'rb') as file:
        return _load(file)


def _load(file):
    start = file.read(4)
    file.seek(-len(start), 1)
    if start.startswith(b'PK'):
        from ._missing import not_yet
        raise not_yet("torch.load of PyTorch's own files", NotImplementedError)
    return pickle.load(file)

"""The zip file that torch.save writes: records of bytes under one folder, none compressed, each at a multiple of 64 bytes."""
import binascii
import os
import struct
import zipfile

_ALIGNMENT = 64
_LOCAL_HEADER = 30


# What PyTorch says after every failure of its zip reader.
_CORRUPT = ('. This is an internal miniz error. If you are seeing this error, there is a high likelihood that your checkpoint file is '
            'corrupted. This can happen if the checkpoint was not saved properly, was transferred incorrectly, or the file was modified '
            'after saving.')


class Writer:
    """Writes records to a path or a file-like object."""

    def __init__(self, target):
        if isinstance(target, str):
            folder = os.path.dirname(target)
            if folder and not os.path.isdir(folder):
                raise RuntimeError(f'Parent directory {folder} does not exist.')
            self._folder = os.path.basename(target).rpartition('.')[0] or os.path.basename(target)
            self._file = open(target, 'wb')
        else:
            if not callable(getattr(target, 'write', None)):
                words = f"Buffer of {str(type(target)).strip('<>')} has no callable attribute 'write'"
                raise (TypeError if hasattr(target, 'write') else AttributeError)(words)
            self._folder = 'archive'
            self._file = target
        self._own = isinstance(target, str)
        self._zip = zipfile.ZipFile(self._file, 'w', zipfile.ZIP_STORED)
        self._checks = ''

    def record(self, name, content):
        info = zipfile.ZipInfo(f'{self._folder}/{name}', (1980, 1, 1, 0, 0, 0))
        at = self._zip.fp.tell() + _LOCAL_HEADER + len(info.filename.encode())
        # A field that says nothing but is as long as needed: the bytes can then be mapped into memory.
        info.extra = struct.pack('<2sH', b'FB', -(at + 4) % _ALIGNMENT) + b'Z' * (-(at + 4) % _ALIGNMENT)
        self._zip.writestr(info, content)
        self._checks += f'{name}{binascii.crc32(content)}'

    def close(self):
        """Writes what PyTorch adds to every archive, and the zip's own end."""
        self.record('version', b'3\n')
        # Tells one file from another: 40 digits that depend on the contents.
        halves = (binascii.crc32(self._checks.encode()), binascii.crc32(self._checks[::-1].encode()))
        self.record('.data/serialization_id', ''.join(f'{half:020d}' for half in halves).encode())
        self._zip.close()
        if self._own:
            self._file.close()
        else:
            getattr(self._file, 'flush', lambda: None)()

    def abandon(self):
        """After a failure: no file is left open, and nothing more is written."""
        self._zip.fp = None
        if self._own:
            self._file.close()


class Reader:
    """Reads records of a zip file, whatever its folder is called."""

    def __init__(self, file):
        try:
            self._zip = zipfile.ZipFile(file)
        except zipfile.BadZipFile:
            raise RuntimeError('PytorchStreamReader failed reading zip archive: failed finding central directory' + _CORRUPT) from None
        names = self._zip.namelist()
        if not names:
            raise RuntimeError('PytorchStreamReader failed reading zip archive: archive does not contain any files')
        self._folder = names[0].partition('/')[0]
        self.names = {n.partition('/')[2] for n in names}

    def has(self, name):
        return name in self.names

    def record(self, name):
        if name not in self.names:
            raise RuntimeError(f'PytorchStreamReader failed locating file {name}: file not found' + _CORRUPT)
        try:
            return self._zip.read(f'{self._folder}/{name}')
        except zipfile.BadZipFile:
            raise RuntimeError(f'PytorchStreamReader failed reading file {name}: file read failed' + _CORRUPT) from None

"""torch.UntypedStorage, for code that asks whether tensors share memory."""


class UntypedStorage:
    def __init__(self, tensor):
        self._tensor = tensor

    def data_ptr(self):
        from . import _bridge
        return _bridge._js.storageId(self._tensor._h) * 2 ** 32

    def nbytes(self):
        from . import _bridge
        return _bridge._js.storageBytes(self._tensor._h)

    def size(self):
        return self.nbytes() // self._tensor.dtype.itemsize

    __len__ = size

import numpy as np
np.array([1, 2, 3]), np.array([1.0, 2]), np.array([[1, 2], [3, 4]]), np.array((1, 2)), np.array(range(3))
np.array([1, 2, 3], dtype=float), np.array([1.7, 2.2], dtype=int), np.array([0, 1, 2], dtype=bool), np.array([1, 2], dtype='float32')
np.array([[1, 2], [3]])
np.array([1, 2.5, True])
np.array([np.float32(1), np.float32(2)])
np.array([np.array([1, 2]), np.array([3, 4])])
np.array(3), np.array([[1]]).shape, np.array([]).dtype
np.array([1, 2, 3], ndmin=2)
np.asarray([1, 2]), np.zeros(3), np.zeros((2, 2), int), np.ones(2), np.ones((1, 2), dtype=np.float32), np.full((2, 2), 7), np.full(3, 0.5), np.full(2, True)
np.empty(0), np.eye(3), np.eye(2, 3, 1), np.identity(2)
np.zeros_like([1, 2]), np.ones_like(np.array([1.5])), np.full_like(np.arange(3), 9), np.empty_like(np.zeros((0, 2)))
np.arange(5), np.arange(2, 5), np.arange(0, 1, 0.25), np.arange(5, 0, -2), np.arange(3.0), np.arange(0, 10, 3, dtype=np.float32)
np.arange(0.1, 0.5, 0.1).tolist()
np.linspace(0, 10, 5), np.linspace(0, 1, 4, endpoint=False), np.linspace(1, 2, 3, retstep=True), np.linspace(0, 5, 3, dtype=int)
np.linspace(-5, 5, 100).tolist()
np.logspace(0, 2, 3), np.geomspace(1, 1000, 4)
np.diag([1, 2]), np.diag(np.arange(9).reshape(3, 3)), np.diag([1, 2], 1), np.tri(3), np.tril(np.ones((3, 3))), np.triu(np.arange(9).reshape(3, 3), 1)
np.meshgrid([1, 2, 3], [4, 5])
np.meshgrid([1, 2], [3, 4], indexing='ij')
np.mgrid[0:2, 0:3], np.mgrid[0:1:3j], np.r_[1:4, 0, 5], np.c_[[1, 2], [3, 4]]
np.ogrid[0:2, 0:2]
np.indices((2, 2)), np.fromfunction(lambda i, j: i + j, (2, 2))
np.vander([1, 2, 3], 3)
a = np.arange(24).reshape(2, 3, 4)
a[0], a[1, 2], a[1, 2, 3], a[-1, -1, -1], a[:, 1], a[..., 0], a[0, ..., 1], a[:, :, ::2].shape, a[:, ::-1, 1]
a[5]
a[0, 0, 0, 0]
a['x']
a[1.5]
a[None].shape, a[:, np.newaxis].shape, a[..., None].shape
b = np.arange(10) * 10
b[[1, 3, 5]], b[np.array([[0, 1], [2, 3]])], b[b > 40], b[-3:], b[::-1], b[1:8:3], b[:-5:-1]
b[[True, False] * 5]
b[np.array([True, False])]
b[[20]]
a[[0, 1], [1, 2]], a[[0, 1], :, 1], a[:, [0, 2]][0], a[0, [0, 1]][:, [1, 3]], a[[[0], [1]], [[0, 2]], 1]
a[:, np.array([True, False, True])].shape, a[a % 2 == 0].sum(), a[0][a[0] > 5]
a[np.ix_([0, 1], [0, 2], [1])].shape
c = np.zeros((3, 3))
c[1] = 5; c[:, 0] = [1, 2, 3]; c[2, 2] = 9
c
c[c > 4] = -1
c
c[[0, 2], [1, 1]] = [7, 8]
c
c[:2] += 1
c
c[0, 0] += 100
c
c[:] = 0
c
c[1:, 1:] = [[1, 2], [3, 4]]
c
c[0] = [1, 2]
c[c == 0] = [1, 2, 3]
d = np.arange(5)
d[2] = 3.9
d
d[1:3] = 10
v = d[1:4]; v[0] = -5
d
v.base is d, d.base is None
e = d.copy(); e[0] = 77
d[0]
d[[0, 0, 1]] += 1
d
np.add.at(d, [0, 0, 1], 1)
d
for row in np.arange(4).reshape(2, 2): print(row)
len(a), a.shape, a.ndim, a.size, a.dtype, a.strides, a.itemsize, a.nbytes, a.T.shape, a.T.strides
a.tolist()[0][0], a.item(5), np.array([3.5]).item(), a.flatten()[:3], a.ravel().shape
a.reshape(4, 6).shape, a.reshape(-1).shape, a.reshape(2, -1).shape, a.reshape((3, 8)).shape, np.reshape(a, (6, 4)).shape
a.reshape(5, 5)
a.reshape(-1, -1)
a.transpose(2, 0, 1).shape, np.transpose(a).shape, a.swapaxes(0, 1).shape, np.moveaxis(a, 0, -1).shape, np.rollaxis(a, 2).shape
np.expand_dims([1, 2], 0), np.expand_dims([1, 2], 1), np.squeeze(np.zeros((1, 2, 1))).shape, np.zeros((1, 2)).squeeze(0).shape
np.zeros((1, 2)).squeeze(1)
np.concatenate([[1, 2], [3]]), np.concatenate(([[1, 2]], [[3, 4]]), axis=1), np.concatenate([[1], [2.5]])
np.concatenate([np.zeros((2, 2)), np.zeros((2, 3))])
np.concatenate([np.zeros(2), np.zeros((2, 3))])
np.stack([[1, 2], [3, 4]]), np.stack([[1, 2], [3, 4]], axis=1), np.stack([[1, 2], [3, 4]], -1)
np.vstack([[1, 2], [3, 4]]), np.hstack([[1, 2], [3]]), np.hstack([[[1], [2]], [[3], [4]]]), np.dstack([[1, 2], [3, 4]]), np.column_stack([[1, 2], [3, 4]])
np.split(np.arange(6), 3), np.split(np.arange(6), [2, 3]), np.array_split(np.arange(7), 3), np.hsplit(np.arange(8).reshape(2, 4), 2), np.vsplit(np.arange(4).reshape(2, 2), 2)
np.split(np.arange(5), 2)
np.tile([1, 2], 2), np.tile([1, 2], (2, 1)), np.repeat([1, 2], 2), np.repeat([[1, 2], [3, 4]], 2, axis=1), np.repeat([1, 2], [1, 3])
np.flip([1, 2, 3]), np.flipud([[1], [2]]), np.fliplr([[1, 2]]), np.roll([1, 2, 3], 1), np.roll([[1, 2], [3, 4]], 1, axis=1), np.rot90([[1, 2], [3, 4]])
np.pad([1, 2], 1), np.pad([[1]], ((1, 0), (0, 2))), np.pad([1, 2, 3], (2, 1), mode='edge'), np.pad([1, 2, 3], 2, mode='reflect'), np.pad([1, 2], 1, constant_values=9)
np.append([1, 2], 3), np.append([[1, 2]], [[3, 4]], axis=0), np.insert([1, 2, 3], 1, 9), np.delete([1, 2, 3], 1), np.delete(np.arange(6).reshape(2, 3), 1, axis=1)
np.atleast_1d(3), np.atleast_2d([1, 2]), np.atleast_3d([1]).shape, np.broadcast_to([1, 2], (2, 2)), np.resize([1, 2], (2, 3))
np.where([True, False], 1, 2), np.where(np.array([1, 5, 3]) > 2), np.where(np.arange(4).reshape(2, 2) > 1, 1.5, 0), np.where([True, False], 'a', 'b')
np.nonzero([0, 1, 2]), np.argwhere([[0, 1], [1, 0]]), np.flatnonzero([0, 3, 0, 4]), np.count_nonzero([1, 0, 2])
np.clip([1, 5, 10], 2, 8), np.clip(5.5, 0, 1), np.array([1.5, -1]).clip(0), np.clip([1, 2], None, 1)
np.sort([3, 1, 2]), np.sort([[3, 1], [2, 0]], axis=0), np.sort([3, 1, 2])[::-1], np.argsort([3, 1, 2]), np.argsort([[3, 1], [0, 2]], axis=0), np.argsort(-np.array([3, 1, 2]))
s = np.array([3, 1, 2]); s.sort()
s
np.unique([3, 1, 1]), np.unique([[1, 2], [2, 3]]), np.unique([3, 1, 1], return_index=True, return_inverse=True, return_counts=True), np.unique(['b', 'a', 'b']), np.unique([[1, 2], [1, 2], [0, 1]], axis=0)
np.searchsorted([1, 2, 3], 2), np.searchsorted([1, 2, 3], [0, 2, 9], side='right'), np.digitize([0.5, 1.5, 3], [1, 2]), np.bincount([0, 1, 1, 3]), np.bincount([0, 1], weights=[0.5, 2], minlength=3)
np.isin([1, 2, 3], [2, 4]), np.intersect1d([1, 2], [2, 3]), np.setdiff1d([1, 2, 3], [2]), np.union1d([1, 2], [2, 3])
np.take([10, 20, 30], [0, 2]), np.take_along_axis(np.array([[3, 1], [2, 4]]), np.array([[1], [0]]), axis=1), np.choose([0, 1], [[1, 2], [3, 4]]), np.select([[True, False], [False, True]], [[1, 2], [3, 4]])
np.unravel_index(5, (2, 3)), np.ravel_multi_index((1, 2), (2, 3)), np.tril_indices(2), np.triu_indices(3, 1)
f = np.zeros((3, 3)); np.fill_diagonal(f, 1)
f
g = np.array([1.0, 2.0], dtype=np.float32)
g * 2, (g * 2).dtype, (g * np.float64(2)).dtype, (g + np.array([1, 2])).dtype, (g + np.array([1, 2], dtype=np.int16)).dtype, (g * 2.5).dtype, (g + 1j).dtype
(np.arange(3) / 2).dtype, (np.arange(3) * 1.0).dtype, (np.arange(3) + True).dtype, (np.array([True]) + 1).dtype, (np.uint8(200) + np.uint8(100))
np.array([200], dtype=np.uint8) + 100
np.array([200], dtype=np.uint8) + 300
np.array([1, 2]) + np.array([1, 2, 3])
h = np.arange(3)
h += 1.5
h *= 2
h
h = h / 2; h **= 2
h
np.array([7, -7]) // 2, np.array([7, -7]) % 3, np.array([7.5, -7.5]) // 2, np.array([7.5, -7.5]) % 2, 2 ** np.arange(4), np.arange(4) ** 2, np.array([2.0]) ** -1, divmod(np.array([7]), 2)
np.array([2]) ** -1
-np.array([1, 2]), abs(np.array([-1, 2])), ~np.array([True, False]), np.array([1, 2]) & 1, np.array([True]) | False, np.array([1, 2]) << 1
np.array([1, 2]) == [1, 3], np.array([1, 2]) != 1, np.array([1.5]) > 1, np.array([1]) == 'x', np.array([1, 2]) == None
if np.array([1, 2]): pass
bool(np.array([1])), bool(np.array(0))
bool(np.array([]))
float(np.array([1, 2]))
int(np.array(5)), float(np.array(2.5))
1 in np.array([1, 2]), 5 in np.array([1, 2])
np.array([1, 2]).foo
np.int64(5) // 2, np.int64(5) / 2, np.float64(5) % 3, np.int64(2) ** 3, np.float32(2) * 3, np.float32(2) * 3.5, np.float64(2) * np.float32(3), 2 * np.int64(3), np.int64(5) == 5, np.float64(1) < 2, -np.float64(1), abs(np.int64(-4))
np.float64('1.5'), np.int64('3'), np.int32(3.7), np.float32([1, 2]), np.bool_(1), np.uint8(255), hash(np.int64(5)) == hash(5)
np.uint8(256)
isinstance(np.float64(1), float), isinstance(np.int64(1), int), isinstance(np.float32(1), np.floating), np.issubdtype(np.int64, np.integer), np.issubdtype(np.float32, np.floating), np.isscalar(np.float64(1))
np.float64(3).item(), type(np.int64(3).item()), np.float64(3.7).astype(int), np.float64(2).sqrt
round(np.float64(2.567), 2), round(np.float64(2.5)), np.round(2.567, 2), np.round([1.5, 2.5, -0.5]), np.around([1.234, 5.678], 1), np.floor([1.7, -1.7]), np.ceil([1.2]), np.trunc([-1.7]), np.rint([0.5, 1.5]), np.fix([2.9])
np.can_cast(np.int32, np.float64), np.result_type(np.float32, np.int64), np.promote_types('f4', 'i4')
x = np.arange(6).reshape(2, 3)
x.sum(), x.sum(0), x.sum(axis=1, keepdims=True), x.mean(), x.mean(0), x.std(), x.var(axis=1), x.std(ddof=1), x.min(), x.max(axis=0), x.prod(), x.cumsum(), x.cumsum(axis=1), x.cumprod(axis=0), x.argmax(), x.argmin(axis=1), x.ptp
x.any(), x.all(), x.all(axis=0), (x > 2).sum(), (x > 2).mean(), np.any([False]), np.all([])
x.sum(axis=2)
np.sum([[1, 2], [3, 4]], axis=(0, 1)), np.sum([]), np.max([1, 5]), np.mean([1, 2, 4]), np.median([1, 3, 2]), np.median([[1, 2], [3, 4]], axis=0), np.average([1, 2, 3], weights=[1, 1, 2]), np.ptp([1, 5])
np.max([])
np.nansum([1, np.nan]), np.nanmean([1, np.nan, 3]), np.nanmax([1, np.nan]), np.nanstd([1, np.nan, 3]), np.nan_to_num([np.nan, np.inf, 1])
np.percentile([1, 2, 3, 4], 25), np.percentile([1, 2, 3, 4], [25, 75]), np.quantile(np.arange(10), 0.33), np.percentile(np.arange(12).reshape(3, 4), 50, axis=0)
np.cov([1, 2, 3], [1, 2, 4]), np.corrcoef([1, 2, 3], [1, 2, 4]), np.cov(np.array([[1.0, 2], [3, 5]]))
np.histogram([1, 2, 2, 3, 5], bins=4), np.histogram([1, 2, 3], bins=[0, 2, 4]), np.histogram([0.1, 0.9], bins=2, range=(0, 1), density=True)
np.diff([1, 4, 9]), np.diff([[1, 2], [4, 8]], axis=0), np.gradient([1.0, 4, 9]), np.cross([1, 0, 0], [0, 1, 0]), np.trapezoid([1, 2, 3]), np.interp([0.5, 1.5], [0, 1, 2], [0, 10, 20]), np.convolve([1, 2, 3], [0, 1, 0.5]), np.convolve(np.ones(5), np.ones(3) / 3, 'valid'), np.correlate([1, 2, 3], [0, 1, 0.5])
np.dot([1, 2], [3, 4]), np.dot([[1, 2]], [[3], [4]]), np.matmul(np.ones((2, 3)), np.ones((3, 2))), np.arange(4).reshape(2, 2) @ [1, 1], np.inner([1, 2], [3, 4]), np.outer([1, 2], [3, 4]), np.tensordot(np.ones((2, 3)), np.ones((3, 2)), 1), np.einsum('ij,jk->ik', np.eye(2), np.ones((2, 2))), np.trace(np.eye(3)), np.kron([1, 2], [1, 1]), np.vdot([1, 2], [3, 4])
np.dot(np.ones((2, 3)), np.ones((2, 3)))
np.ones((2, 3)) @ np.ones((2, 3))
np.linalg.norm([3.0, 4]), np.linalg.norm([[1, 2], [3, 4]]), np.linalg.norm([[1, 2], [3, 4]], axis=1), np.linalg.norm([1, -2], 1), np.linalg.norm([1, -2], np.inf), np.round(np.linalg.det([[1, 2], [3, 4]]), 10), np.linalg.solve([[2, 0], [0, 4]], [2, 4]), np.linalg.inv([[2, 0], [0, 4]]), np.linalg.matrix_rank([[1, 2], [2, 4]]), np.linalg.matrix_power([[1, 1], [0, 1]], 3)
np.linalg.inv(np.zeros((2, 2)))
np.linalg.inv(np.ones((2, 3)))
np.linalg.eigh([[2, 1], [1, 2]])
np.linalg.eig([[2, 0], [0, 3]])
np.linalg.svd([[3, 0], [0, 4]])
np.linalg.cholesky([[4, 2], [2, 3]])
np.linalg.cholesky([[1, 2], [2, 1]])
np.linalg.qr([[1.0, 2], [3, 4]])
np.linalg.lstsq([[1, 1], [1, 2], [1, 3]], [1, 2, 2], rcond=None)[0]
np.linalg.pinv([[1.0, 2], [3, 4], [5, 6]])
np.polyfit([0, 1, 2, 3], [1, 3, 5, 7], 1), np.polyval([1, 2, 3], 2), np.poly1d([1, 2])(3), np.roots([1, -3, 2])
np.exp([0, 1]), np.log([1, np.e]), np.sqrt([4, 9]), np.sin([0, np.pi / 2]), np.tanh([0.5]), np.power(2, [1, 2]), np.square([3]), np.maximum([1, 5], 3), np.minimum(2, [1, 5]), np.sign([-2, 0, 3]), np.log1p([0.5]), np.expm1([0.5]), np.hypot(3, 4), np.arctan2(1, 1), np.deg2rad(180), np.logaddexp(0, 0), np.mod(5, 3), np.absolute([-1.5])
np.isnan([1, np.nan]), np.isinf([np.inf, 1]), np.isfinite([1, np.nan]), np.isclose([1, 2], [1, 2.1]), np.allclose([1], [1 + 1e-9]), np.array_equal([1, 2], [1, 2]), np.logical_and([True, False], True), np.logical_not([True])
np.add.reduce([1, 2, 3]), np.multiply.accumulate([1, 2, 3]), np.add.outer([1, 2], [3, 4]), np.maximum.reduce([[1, 5], [3, 2]]), np.add(1, 2), np.add([1, 2], [3, 4], out=np.zeros(2)), np.exp(1), np.exp2([3])
o = np.zeros(3); np.multiply([1, 2, 3], 2, out=o)
o
np.fft.fft([1, 0, 0, 0]), np.fft.rfft([1, 2, 3, 4]), np.fft.ifft(np.fft.fft([1, 2])), np.fft.fftfreq(4), np.abs(np.fft.fft([1, 2, 3]))
z = np.array([1 + 2j, 3 - 1j])
z.real, z.imag, z.conj(), abs(z), z * 2, z + z, np.angle([1j])
t = np.array(['apple', 'fig'])
t[0], t.dtype, t == 'fig', t.shape, t.tolist(), list(t), len(t), np.array(['1', '2']).astype(int), np.array([1, 2]).astype(str), t[[1, 0]], np.concatenate([t, ['kiwi!!!']])
np.apply_along_axis(sum, 1, [[1, 2], [3, 4]]), np.vectorize(lambda v: v * 2)([1, 2]), list(np.ndenumerate([[1, 2]])), list(np.ndindex(2, 1))
np.float, np.bool, np.int
np.float_
np.nothing_like_it
np.sum(np.arange(1e6)), np.mean(np.linspace(0, 1, 12345)), np.float32(0.1) * 3, np.sum(np.full(100000, 0.1, dtype=np.float32)), np.mean(np.full(1000, 0.1, dtype=np.float32)), np.std(np.arange(1000) * 0.1)
np.std(np.arange(2000, dtype=np.float32).reshape(20, 100) * np.float32(0.1), axis=0)[:3], np.var(np.arange(30).reshape(5, 6) * 0.37, axis=1).tolist()
import pickle, copy
pickle.loads(pickle.dumps(np.arange(3))), copy.deepcopy(np.ones(2)), pickle.loads(pickle.dumps(np.float32(1.5)))
np.ndarray, type(np.arange(3)), type(np.float32(1)), isinstance(np.zeros(1), np.ndarray), np.ndarray.__name__, np.__version__[:2]
np.array([3, 1, 2]).argsort(), np.array([1.0, 2]).astype('int'), np.array([1.9]).astype(np.int32), np.array([1, 0]).astype(bool), np.array([1, 2]).tolist(), np.arange(3).tobytes()
np.array([1, 2, 3]).max(initial=10), np.sum([1, 2], where=[True, False]), np.sum([1.5, 2], dtype=int), np.cumsum([1.5, 2]), np.prod([1, 2, 3.0])
np.shape([[1, 2]]), np.size([1, 2, 3]), np.ndim(3), np.may_share_memory(d, v)
np.frombuffer(b'\x01\x00\x00\x00', dtype=np.int32), np.fromiter(range(3), dtype=int), np.fromstring('1 2', sep=' ')

import numpy as np, torch
a = np.arange(3.0)
t = torch.from_numpy(a)
t
t[0] = 10
a
a[1] = 20; a += 1
t
b = t.numpy()
b[2] = -1
t, a
torch.tensor(a)[0].item(), torch.as_tensor(a) is t, torch.tensor(np.float32(1.5)), torch.tensor([np.float64(1), np.float64(2)]), torch.tensor(np.array([1, 2])), torch.tensor(np.array([True]))
c = torch.tensor(a); c[0] = 99
a
torch.from_numpy(np.array([1, 2], dtype=np.int32)), torch.from_numpy(np.zeros((2, 2), dtype=np.float32)), torch.from_numpy(np.ones(1, dtype=np.uint8))
torch.from_numpy(np.arange(3)[::-1])
torch.from_numpy(np.arange(3)[::-1].copy())
torch.from_numpy([1, 2])
torch.from_numpy(np.array(['a']))
torch.ones(2).numpy(), torch.ones(2, dtype=torch.int64).numpy(), torch.tensor(3.5).numpy(), torch.tensor([True]).numpy(), torch.ones(2, 2).T.numpy()
torch.ones(2, requires_grad=True).numpy()
torch.ones(2, requires_grad=True).detach().numpy()
torch.ones(2).bfloat16().numpy()
np.array(torch.ones(2)), np.asarray(torch.arange(2)), np.array([torch.tensor(1.0), torch.tensor(2.0)]), np.array([torch.ones(2), torch.zeros(2)]), np.stack([torch.ones(2)]), np.concatenate([torch.ones(1), np.zeros(1)])
torch.ones(2) + np.float64(1), np.float32(2) * torch.ones(2), torch.ones(2) * np.int64(3), torch.ones(2) * np.ones(2)
np.exp(torch.zeros(2)), np.sqrt(torch.tensor([4.0]))
torch.tensor(np.random.RandomState(0).rand(2)), torch.FloatTensor(np.array([1.0, 2.0])), torch.LongTensor(np.array([1, 2])), torch.Tensor(np.array([[1.0, 2]]))
torch.tensor([np.array([1, 2]), np.array([3, 4])]), torch.tensor(list(np.arange(3.0)))
torch.ones(2).numpy().dtype, torch.ones(2).double().numpy().dtype
x = torch.arange(6).reshape(2, 3)
x[np.array([0, 1]), np.array([1, 2])], x[np.int64(1)], x[:, np.array([True, False, True])], np.arange(3)[torch.tensor([2, 0])], np.arange(5)[torch.tensor(2)]
torch.tensor(1.5).item() + np.float64(1), float(np.float32(1.5)), [1, 2, 3][np.int64(1)], torch.zeros(np.int64(2)), torch.randn(*np.zeros((2, 3)).shape).shape
from torch.utils.data import TensorDataset, DataLoader
[tuple(b) for b in DataLoader(TensorDataset(torch.from_numpy(np.arange(4.0))), batch_size=2)]
next(iter(DataLoader([(np.float32(1), np.array([1.0, 2])), (np.float32(2), np.array([3.0, 4]))], batch_size=2)))
torch.equal(torch.from_numpy(np.ones(2)), torch.ones(2).double()), np.allclose(torch.ones(2).numpy(), 1), np.argmax(torch.tensor([1.0, 3, 2]).numpy())
m = torch.nn.Linear(2, 1); m.weight.data = torch.from_numpy(np.array([[1.0, 2.0]], dtype=np.float32))
m.weight
torch.manual_seed(0); np.random.seed(0); y = torch.from_numpy(np.random.randn(2, 2).astype(np.float32)) @ torch.ones(2, 1)
y.numpy()

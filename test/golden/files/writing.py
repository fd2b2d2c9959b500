import collections
import pickle
import torch
from torch import nn
torch.manual_seed(0)
net = nn.Sequential(nn.BatchNorm1d(2), nn.Linear(2, 3), nn.ReLU(), nn.Dropout(0.2), nn.Linear(3, 1, bias=False), nn.LayerNorm(1), nn.GELU(),
                    nn.Softmax(dim=1), nn.Flatten(), nn.PReLU(), nn.Identity(), nn.Embedding(3, 2), nn.ModuleDict({'a': nn.Tanh()}))
opt = torch.optim.Adam(net.parameters(), lr=0.1)
for _ in range(3):
    opt.zero_grad()
    net[:5](torch.randn(4, 2)).pow(2).sum().backward()
    opt.step()
torch.save(net.state_dict(), 'our_state.pt')
torch.save(net, 'our_module.pt')
torch.save({'optimizer': opt.state_dict(), 'epoch': 3, 'scheduler': torch.optim.lr_scheduler.StepLR(opt, 2).state_dict()}, 'our_checkpoint.pt')
base = torch.arange(12.0)
shared = {'base': base, 'row': base.view(3, 4)[1], 'transposed': base.view(3, 4).t(), 'empty': torch.zeros(0, 3),
          'leaf': torch.ones(2, requires_grad=True), 'expanded': torch.tensor([1.0]).expand(2, 3)}
torch.save(shared, 'our_shared.pt')
torch.save(shared, 'our_legacy.pt', _use_new_zipfile_serialization=False)
torch.save({str(d): torch.tensor([0, 1, 1, 3]).to(d) for d in (
    torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.complex64, torch.complex128)}, 'our_dtypes.pt')
torch.save({'parameter': nn.Parameter(torch.ones(2)), 'ordered': collections.OrderedDict(b=1, a=2), 'size': torch.Size([2, 3]),
            'dtype': torch.float64, 'device': torch.device('cpu'), 'storage': torch.arange(3).untyped_storage()}, 'our_nested.pt')
torch.save(nn.ModuleList([nn.LSTM(2, 1), nn.MultiheadAttention(2, 1), nn.Conv2d(1, 1, 1)]), 'our_layers.pt')
t = torch.ones(2)
t.note = 'kept'
torch.save(t, 'our_attributes.pt')
with open('our_pickle.pkl', 'wb') as f:
    pickle.dump({'t': torch.arange(4.0).view(2, 2).t(), 'p': nn.Parameter(torch.ones(1)), 'd': torch.int8}, f)

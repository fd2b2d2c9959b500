import pickle
import torch
from torch import nn
def show(found):
    for k, v in found.items():
        if isinstance(v, torch.Tensor):
            print(k, type(v).__name__, v.tolist(), v.dtype, tuple(v.shape), v.stride(), v.storage_offset(), v.requires_grad)
        elif isinstance(v, dict):
            show(v)
        else:
            print(k, repr(v))
show(torch.load('our_state.pt'))
dict(torch.load('our_state.pt')._metadata)
show(torch.load('our_state.pt', mmap=True))
net = torch.load('our_module.pt', weights_only=False)
net
net[:5].eval()(torch.ones(1, 2))
[(n, type(p).__name__, p.requires_grad) for n, p in net.named_parameters()]
found = torch.load('our_checkpoint.pt')
show(found)
opt = torch.optim.Adam(net.parameters(), lr=1.0)
opt.load_state_dict(found['optimizer'])
opt
for name in ('our_shared.pt', 'our_legacy.pt'):
    for weights_only in (True, False):
        shared = torch.load(name, weights_only=weights_only)
        show(shared)
        shared['base'][5] = 100.0
        print(shared['row'], shared['transposed'])
show(torch.load('our_dtypes.pt'))
show({k: v for k, v in torch.load('our_nested.pt', weights_only=False).items() if k != 'storage'})
torch.load('our_nested.pt', weights_only=False)['storage'].tolist()
torch.load('our_attributes.pt').note
layers = torch.load('our_layers.pt', weights_only=False)
layers
layers[0](torch.ones(2, 2))[0], layers[1](*[torch.ones(1, 2)] * 3)[1], sorted(layers.state_dict())
with open('our_pickle.pkl', 'rb') as f:
    show(pickle.load(f))

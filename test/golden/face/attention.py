import torch
import torch.nn as nn
import torch.nn.functional as F
def names(t): return type(t.grad_fn).__name__
def total(net): return [round(float(p.grad.sum()), 3) + 0.0 if p.grad is not None else None for p in net.parameters()]
torch.manual_seed(0)
x = torch.randn(3, 2, 4, requires_grad=True)
y = torch.randn(5, 2, 4)
att = nn.MultiheadAttention(4, 2)
att
list(att.state_dict())
att(x, x, x)
att(x, y, y)
att(x, y, y.clone(), average_attn_weights=False)[1]
out, none = att(x, y, y, need_weights=False)
out, none, names(out)
out.pow(2).sum().backward()
total(att)
x.grad
mask = nn.Transformer.generate_square_subsequent_mask(3)
mask
att(x, x, x, attn_mask=mask)
att(x, x, x, attn_mask=mask, need_weights=False, is_causal=True)[0]
att(x, x, x, attn_mask=torch.tensor([[False, True, True], [False, False, True], [True, False, False]]), need_weights=False)[0]
att(x, x, x, key_padding_mask=torch.tensor([[False, False, True], [False, True, True]]))
att(x[:, 0], y[:, 0], y[:, 0], key_padding_mask=torch.tensor([False, True, False, False, True]))
att(x, x, x, is_causal=True)
att(x, x, x, attn_mask=torch.zeros(2, 3))
att(x, x, x, attn_mask=torch.zeros(3, 3, 3))
att(x, x, x, attn_mask=torch.zeros(3, 3, dtype=torch.int64))
att(x, x, x, key_padding_mask=torch.zeros(2, 4))
att(x, x, x, key_padding_mask=torch.zeros(2))
att(x, x[0], x[0])
att(x[None], x, x)
att(x, y, y[:4])
att(torch.randn(3, 2, 6), torch.randn(3, 2, 6), torch.randn(3, 2, 6))
nn.MultiheadAttention(4, 3)
nn.MultiheadAttention(0, 3)
other = nn.MultiheadAttention(4, 2, dropout=0.4, bias=False, add_bias_kv=True, add_zero_attn=True, kdim=3, vdim=5, batch_first=True)
list(other.state_dict())
[round(float(p.sum()), 4) for p in other.parameters()]
k, v = torch.randn(2, 5, 3), torch.randn(2, 5, 5)
other(x.transpose(0, 1), k, v)
other(x.transpose(0, 1), k, v, need_weights=False)[0]
other.eval()(x.transpose(0, 1), k, v, attn_mask=torch.zeros(3, 5), key_padding_mask=torch.zeros(2, 5))
batch = nn.MultiheadAttention(4, 2, dropout=0.5, batch_first=True)
batch(x, x, x)
batch(x, x, x)[0].stride()
with torch.no_grad(): print(batch.eval()(x, x, x, attn_mask=torch.ones(2, 2, dtype=torch.bool).triu(1)), batch(x, x, x)[0].stride())
layer = nn.TransformerEncoderLayer(4, 2, 6, dropout=0.3)
layer
layer(x).detach()
layer(x, src_mask=mask, is_causal=True).pow(3).sum().backward()
total(layer)
layer.eval()(x).detach()
nn.TransformerEncoderLayer(4, 2, 6, activation='gelu', norm_first=True, batch_first=True, bias=False)(x)
nn.TransformerEncoderLayer(4, 2, 6, activation='silu')
nn.TransformerEncoderLayer(4, 2, 6, activation=torch.tanh, dropout=0.0)(x[:, 0]).detach()
encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 6, batch_first=True), 2, nn.LayerNorm(4))
pad = torch.tensor([[False, False], [False, True], [False, False]])
encoder(x, src_key_padding_mask=pad).detach()
encoder.eval()
with torch.no_grad(): print(encoder(x, src_key_padding_mask=pad), encoder(x), encoder(x, mask=torch.full((2, 2), float('-inf')).triu(1)))

encoder(x, src_key_padding_mask=pad).detach()
encoder.layers[0].norm2.bias is encoder.layers[1].norm2.bias, torch.equal(encoder.layers[0].linear1.weight, encoder.layers[1].linear1.weight)
decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(4, 2, 6), 2)
decoder
decoder(x, y).detach()
decoder(x, y, tgt_mask=mask, memory_key_padding_mask=torch.zeros(2, 5, dtype=torch.bool)).pow(3).sum().detach()
nn.TransformerDecoderLayer(4, 2, 6, norm_first=True, batch_first=True)(x, y[:3])
model = nn.Transformer(4, 2, 1, 1, 6, norm_first=True)
len(model.state_dict()), list(model.state_dict())[:3]
model(y, x, tgt_mask=mask).detach()
model(y, x, tgt_mask=mask, tgt_is_causal=True, src_key_padding_mask=torch.zeros(2, 5)).pow(3).sum().backward()
total(model)
model(y[:, :1], x)
model(y[..., :2], x)
nn.Transformer.generate_square_subsequent_mask(2, dtype=torch.float64)
torch.backends.mha.get_fastpath_enabled()
q = torch.randn(2, 2, 3, 4, requires_grad=True)
F.scaled_dot_product_attention(q, q, q, is_causal=True)
F.scaled_dot_product_attention(q, q, q, dropout_p=0.5)
torch.autograd.grad(F.scaled_dot_product_attention(q, q, q).sum(), q)[0].sum(0)
g, = torch.autograd.grad(F.scaled_dot_product_attention(q, q, q).pow(2).sum(), q, create_graph=True)
g.sum().backward()
F.scaled_dot_product_attention(q, q)
F.multi_head_attention_forward(x, y, y, 4, 2, att.in_proj_weight, att.in_proj_bias, None, None, False, 0.0, att.out_proj.weight, att.out_proj.bias, static_k=torch.ones(4, 2, 2), static_v=torch.ones(4, 2, 2))
from torch.nn.attention import SDPBackend, sdpa_kernel
with sdpa_kernel(SDPBackend.MATH): print(names(F.scaled_dot_product_attention(q, q, q)))

with sdpa_kernel([SDPBackend.FLASH_ATTENTION, SDPBackend.MATH]): print(names(F.scaled_dot_product_attention(q, q, q)))

with sdpa_kernel(SDPBackend.FLASH_ATTENTION): F.scaled_dot_product_attention(q[0], q[0], q[0])

with sdpa_kernel(SDPBackend.EFFICIENT_ATTENTION): F.scaled_dot_product_attention(q, q, q)

names(F.scaled_dot_product_attention(q, q, q))
with sdpa_kernel('math'): pass

SDPBackend.MATH, str(SDPBackend.FLASH_ATTENTION), list(SDPBackend.__members__)
torch.backends.cuda.enable_flash_sdp(False)
names(F.scaled_dot_product_attention(q, q, q)), torch.backends.cuda.flash_sdp_enabled()
torch.backends.cuda.enable_flash_sdp(True)
names(F.scaled_dot_product_attention(q, q, q)), torch.backends.cuda.math_sdp_enabled(), torch.backends.cuda.mem_efficient_sdp_enabled()
nn.factory_kwargs({'dtype': torch.float64}), nn.factory_kwargs(None)
nn.factory_kwargs({'size': 3})
from torch.nn.common_types import _size_2_t, _ratio_3_t

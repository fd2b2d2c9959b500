import hashlib
import torch
import torch.nn.functional as F
def digest(t):
    return hashlib.sha256(repr(t.detach().double().flatten().tolist()).encode()).hexdigest()[:8]
def weights(n, dtype):
    return (((torch.arange(n) * 37 + 11) % 64).to(dtype) + 16) / 64
def draws(dtype):
    torch.manual_seed(7)
    out = []
    for n in (1, 2, 5, 15, 16, 17, 31, 32, 40, 100):
        e = torch.empty(n, dtype=dtype)
        w = weights(n, dtype)
        out += [digest(t) for t in (
            e.uniform_(), e.uniform_(-0.37, 0.91), e.uniform_(0, 3000), e.normal_(), e.normal_(0.3, 0.7),
            torch.empty(2 * n, dtype=dtype)[::2].normal_(), torch.randn(n, dtype=dtype), torch.rand(n, dtype=dtype),
            e.exponential_(1.3), e.cauchy_(0.3, 0.4), e.log_normal_(0.3, 0.4), e.geometric_(0.03), e.bernoulli_(0.3),
            torch.bernoulli(w), F.dropout(w, 0.2), e.random_(), e.random_(0, 10), e.random_(-7, None), e.random_(0, 30000),
            torch.randint(0, 3000, (n,), dtype=dtype), torch.randperm(n, dtype=dtype), torch.multinomial(w, min(n, 3)),
            torch.multinomial(w, 7, True), torch.normal(0., 1., (n,), dtype=dtype), torch.normal(w, w), torch.randn_like(e),
            torch.nn.init.kaiming_uniform_(torch.empty(n, 3, dtype=dtype)))]
    return ' '.join(out) + f' {torch.rand(1).item()}'
draws(torch.float16)
draws(torch.bfloat16)
torch.randperm(3000, dtype=torch.float16)
torch.randint(0, 100000, (3,), dtype=torch.float16)
torch.randint(70000, 100000, (3,), dtype=torch.float16)

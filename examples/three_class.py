"""How a network learns: three classes, 500 samples, 20 features.

Press F5, then step. Forward, backward (the gradient, op by op) and the update can all be stepped into, and back out of.
"""

import torch
import torch.nn as nn
from torch.nn import CrossEntropyLoss

# --- The data: 500 samples, 20 features, 3 classes -----------------------------------------------------------
torch.manual_seed(420)
X = torch.rand((500, 20), dtype=torch.float32) * 100
y = torch.randint(low=0, high=3, size=(500,), dtype=torch.float32)
input_ = X.shape[1]  # number of features
output_ = len(y.unique())  # number of classes


# --- The network: 20 -> 13 (relu) -> 8 (sigmoid) -> 3 --------------------------------------------------------
class Model(nn.Module):
    def __init__(self, in_features=40, out_features=2):
        super().__init__()
        self.linear1 = nn.Linear(in_features, 13, bias=False)
        self.linear2 = nn.Linear(13, 8, bias=False)
        self.output = nn.Linear(8, out_features, bias=True)

    def forward(self, x):
        sigma1 = torch.relu(self.linear1(x))
        sigma2 = torch.sigmoid(self.linear2(sigma1))
        zhat = self.output(sigma2)
        return zhat


torch.manual_seed(420)
net = Model(in_features=input_, out_features=output_)
print(net)

# --- Forward and backward, once ------------------------------------------------------------------------------
zhat = net.forward(X)
criterion = CrossEntropyLoss()
loss = criterion(zhat, y.long())
print("loss", loss.item())
print("gradient before backward:", net.linear1.weight.grad)

loss.backward(retain_graph=True)
print("gradient after backward:", net.linear1.weight.grad.shape)
print("its norm:", net.linear1.weight.grad.norm())

# --- The first step by hand: w(t+1) = w(t) - lr * dw ---------------------------------------------------------
lr = 0.1
w = net.linear1.weight.data
dw = net.linear1.weight.grad
w = w - lr * dw
print("one step moves the first weights by", (w - net.linear1.weight.data)[0, :4])

# --- Momentum by hand: v(t) = gamma * v(t-1) - lr * dw, then w(t+1) = w(t) + v(t) ----------------------------
gamma = 0.9
velocity = {name: torch.zeros(p.shape) for name, p in net.named_parameters()}
for step in range(5):
    net.zero_grad()
    loss = criterion(net(X), y.long())
    loss.backward()
    for name, p in net.named_parameters():
        w = p.data
        dw = p.grad
        v = gamma * velocity[name] - lr * dw
        w = w + v
        p.data = w
        velocity[name] = v
    print(f"momentum by hand, step {step}: loss {loss.item():.4f}")

# --- The same training with torch.optim.SGD, on inputs between 0 and 1 ---------------------------------------
torch.manual_seed(420)
net = Model(in_features=input_, out_features=output_)
optimizer = torch.optim.SGD(net.parameters(), lr=lr, momentum=gamma)
print(optimizer)
for epoch in range(20):
    optimizer.zero_grad()
    loss = criterion(net(X / 100), y.long())
    loss.backward()
    optimizer.step()
    if epoch % 5 == 4:
        accuracy = (net(X / 100).argmax(dim=1) == y).float().mean()
        print(f"SGD with momentum, epoch {epoch}: loss {loss.item():.4f}, accuracy {accuracy:.3f}")

print("velocity of linear1:", optimizer.state[net.linear1.weight]["momentum_buffer"].norm())

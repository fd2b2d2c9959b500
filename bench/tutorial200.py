"""The tutorial's network, 200 iterations of SGD with momentum: the work that bench/steps.mjs steps through."""
import torch
from torch import nn

torch.manual_seed(420)
X = torch.rand((500, 20))
y = torch.randint(low=0, high=3, size=(500,))
net = nn.Sequential(nn.Linear(20, 13, bias=False), nn.ReLU(), nn.Linear(13, 8, bias=False), nn.Sigmoid(), nn.Linear(8, 3))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
for epoch in range(200):
    optimizer.zero_grad()
    loss = criterion(net(X), y)
    loss.backward()
    optimizer.step()
print(loss.item())

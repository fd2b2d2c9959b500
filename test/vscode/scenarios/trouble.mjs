// What is seen when things go wrong: a loss of NaN, an exception, an endless loop; and a network that is large.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const NAN = `import torch
import torch.nn as nn

torch.manual_seed(0)
net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
optimizer = torch.optim.SGD(net.parameters(), lr=1e6)
x = torch.rand(16, 4)
y = x.sum(dim=1, keepdim=True)
for epoch in range(20):
    optimizer.zero_grad()
    loss = ((net(x) - y) ** 2).mean().exp()
    loss.backward()
    optimizer.step()
`;
const BOOM = `import torch

a = torch.rand(3, 4, requires_grad=True)
b = torch.rand(5)
loss = (a * 2).sum()
loss.backward()
print(a @ b)
`;
const ENDLESS = `import torch

w = torch.tensor([1.0], requires_grad=True)
while True:
    loss = (w * 3 - 1) ** 2
    loss.sum().backward()
    with torch.no_grad():
        w -= 0.0001 * w.grad
        w.grad.zero_()
`;
const DEEP = `import torch
import torch.nn as nn


class Block(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.norm = nn.LayerNorm(n)
        self.up = nn.Linear(n, 4 * n)
        self.down = nn.Linear(4 * n, n)

    def forward(self, x):
        return x + self.down(torch.relu(self.up(self.norm(x))))


class Tower(nn.Module):
    def __init__(self, n, depth):
        super().__init__()
        self.blocks = nn.ModuleList(Block(n) for _ in range(depth))
        self.head = nn.Linear(n, 1)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.head(x)


net = Tower(16, 60)
x = torch.rand(32, 16)
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
for step in range(3):
    optimizer.zero_grad()
    loss = net(x).pow(2).mean()
    loss.backward()
    optimizer.step()
print(loss.item())
`;

/** @param {import('../driver.mjs').Window} code @param {(name: string) => Promise<void>} shot */
export default async (code, shot) => {
  const { page } = code;
  const start = async (name, text) => {
    writeFileSync(join(code.folder, name), text);
    await code.open(name);
    await code.press('F5');
  };
  const end = async () => {
    await code.press('Shift+F5');
    await code.ended();
  };
  await start('nan.py', NAN);
  await code.stopped();
  await page.waitForTimeout(1500);
  await shot('nan');
  await end();
  await start('boom.py', BOOM);
  await code.stopped();
  await page.waitForTimeout(1500);
  await shot('exception');
  await end();
  await start('endless.py', ENDLESS);
  await page.locator('.debug-toolbar .codicon-debug-pause').waitFor();
  await page.waitForTimeout(4000);
  await shot('running');
  await code.press('F6');
  await code.stopped();
  await end();
  await start('deep.py', DEEP);
  await code.stopped({ timeout: 60_000 });
  await page.waitForTimeout(1500);
  await code.press('Alt+Shift+Comma');
  await page.waitForTimeout(3000);
  await shot('deep');
};

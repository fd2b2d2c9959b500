// A script of the kind that courses have: data from scikit-learn, a table, a loop with tqdm, figures; and a notebook.
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const COURSE = `import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
import torch.nn as nn
from sklearn.datasets import make_moons
from tqdm import tqdm

torch.manual_seed(0)
points, labels = make_moons(200, noise=0.1, random_state=0)
table = pd.DataFrame(points, columns=['x', 'y'])
table['label'] = labels
print(table.describe())

net = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2))
optimizer = torch.optim.Adam(net.parameters(), lr=0.05)
X, y = torch.tensor(points, dtype=torch.float32), torch.tensor(labels)
losses = []
for epoch in tqdm(range(40)):
    loss = nn.functional.cross_entropy(net(X), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    if epoch % 10 == 9:
        plt.clf()
        plt.plot(losses, label='training')
        plt.title(f'epoch {epoch + 1}')
        plt.legend()
        plt.pause(0.01)

xx, yy = np.meshgrid(np.linspace(-2, 3, 60), np.linspace(-1.5, 2, 60))
with torch.no_grad():
    grid = torch.tensor(np.c_[xx.ravel(), yy.ravel()], dtype=torch.float32)
    p = net(grid).softmax(1)[:, 1].numpy().reshape(xx.shape)
fig, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
filled = left.contourf(xx, yy, p, levels=20, cmap='RdBu')
fig.colorbar(filled, ax=left)
left.scatter(points[:, 0], points[:, 1], c=labels, edgecolors='k')
left.set(title='decision', xlabel='x', ylabel='y')
right.hist(net[0].weight.detach().numpy().ravel(), bins=12)
right.set_title('weights of the first layer')
plt.show()
print('accuracy', (net(X).argmax(1) == y).float().mean().item())
`;

/** @param {import('../driver.mjs').Window} code @param {(name: string) => Promise<void>} shot */
export default async (code, shot) => {
  const { page } = code;
  writeFileSync(join(code.folder, 'moons.py'), COURSE);
  await code.open('moons.py');
  const last = COURSE.trimEnd().split('\n').length;
  await code.goToLine(last);
  await code.press('F9', 'F5');
  await code.stopped({ line: last, timeout: 60_000 });
  await code.command('Backstep: Show Figures');
  await page.waitForTimeout(3000);
  await shot('figures');
  await code.command('Debug Console: Focus on Debug Console View');
  await page.waitForTimeout(1500);
  await shot('console');
  await code.press('Alt+F10', 'Alt+F10', 'Alt+F10');
  await page.waitForTimeout(3000);
  await shot('back');
  await code.press('Shift+F5');
  await code.ended();
  cpSync(new URL('../../fixtures/notebook/steps.ipynb', import.meta.url), join(code.folder, 'steps.ipynb'));
  await code.pick('Control+P', 'steps.ipynb', 'steps.ipynb');
  await code.command('View: Hide Panel');
  await page.locator('.notebookOverlay .view-line', { hasText: 'optimizer.zero_grad' }).click();
  await page.keyboard.press('F9');
  await page.keyboard.press('F5');
  await page.locator('.notebookOverlay .debug-top-stack-frame-line').first().waitFor();
  await page.waitForTimeout(3000);
  await shot('notebook');
};

/** matplotlib's face: what functions give is what real matplotlib gives, and what was drawn is in the picture. */
import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Interpreter, startInterpreter } from './interpreter';

let interpreter: Interpreter;
let shown: { number: number; title: string; summary: string; svg: string }[];
beforeAll(async () => {
  interpreter = await startInterpreter();
  interpreter.python.registerJsModule('_backstep_host', {
    figures: () => true,
    figure: (json: string) => void shown.push(JSON.parse(json)),
  });
});

function draw(source: string) {
  shown = [];
  const printed = interpreter.run(`import matplotlib.pyplot as plt\nplt.close('all')\n${source}\nplt.show()`);
  return { printed, svg: shown.at(-1)?.svg ?? '' };
}

const QUESTIONS = [
  'plt.plot([1, 2, 3], [4.0, 5.0, 7.0], "r--"); print([round(float(v), 6) for v in plt.axis()])',
  'plt.scatter([0, 1], [5, 9]); plt.xlim(0, 4); print([float(v) for v in plt.xlim()])',
  'plt.bar(["a", "b"], [3, 4]); print([round(float(v), 6) for v in plt.ylim()])',
  'plt.imshow([[1, 2], [3, 4]]); print([float(v) for v in plt.xlim() + plt.ylim()])',
  'print(len(plt.plot([[1, 2], [3, 4], [5, 6]])))',
  'print(repr(plt.title("a")), repr(plt.xlabel("b")), plt.figure(figsize=(3, 2)))',
  'n, bins, patches = plt.hist([1, 2, 2, 5], bins=4); print([float(v) for v in n], [float(v) for v in bins], patches)',
  'print(plt.plot([1, 2], label="x")[0], plt.get_fignums())',
  'fig, axs = plt.subplots(2, 3); print(axs.shape, len(axs.flat), axs[1, 2] is fig.axes[5], axs[:, 0].shape)',
  'import matplotlib.colors as c; print(c.to_rgba("C1")[:3], c.to_hex("teal"), c.to_rgba("0.5"), c.is_color_like("no"))',
  'print([round(float(v), 2) for v in plt.cm.Spectral(0.25)], [round(float(v), 2) for v in plt.get_cmap("tab10")(3)])',
  'try:\n    plt.plot([1, 2], [1, 2, 3])\nexcept ValueError as error:\n    print(error)',
];

describe('as matplotlib', () => {
  let real: string[] | null = null;
  beforeAll(() => {
    const program = `import json, sys, io, contextlib\nimport matplotlib.pyplot as plt\nfound = []\nfor q in json.loads(sys.argv[1]):\n    plt.close('all')\n    out = io.StringIO()\n    with contextlib.redirect_stdout(out):\n        exec(q)\n    found.append(out.getvalue())\nprint(json.dumps(found))`;
    const env = { ...process.env, MPLBACKEND: 'agg' };
    try {
      const python = process.env.PYTHON ?? 'python3';
      real = JSON.parse(
        execFileSync(python, ['-c', program, JSON.stringify(QUESTIONS)], { env, stdio: 'pipe' }).toString(),
      );
    } catch {
      console.log('not compared: python3 has no matplotlib here');
    }
  });
  test.each(QUESTIONS.map((question, i) => ({ question, i })))('$question', ({ question, i }) => {
    const { printed } = draw(question);
    expect(printed).not.toMatch(/Error/);
    if (real) expect(printed).toBe(real[i]);
  });
});

describe('a picture', () => {
  test('has the curve, the words and the legend', () => {
    const { svg } = draw('plt.plot([0, 1, 2], label="loss"); plt.title("A < B"); plt.ylabel("y"); plt.legend()');
    expect(svg).toMatch(/^<svg /);
    expect(svg).toContain('A &lt; B');
    expect(svg).toContain('>loss<');
    expect(svg).toMatch(/<path d="M[\d.]+ [\d.]+L[\d.]+ [\d.]+L[\d.]+ [\d.]+" fill="none" stroke="#1f77b4"/);
  });

  test('is broken where a value is not a number', () => {
    const { svg } = draw('plt.plot([0, 1, 2, 3, 4], [1, 2, float("nan"), 2, 1])');
    expect(svg).toMatch(/<path d="M[\d.]+ [\d.]+L[\d.]+ [\d.]+M[\d.]+ [\d.]+L[\d.]+ [\d.]+" fill="none"/);
  });

  test('every kind of plot draws', () => {
    draw(`
import torch
fig, axs = plt.subplots(3, 4)
z = torch.rand(5, 6)
axs[0, 0].errorbar([1, 2], [3, 4], yerr=0.1); axs[0, 1].contourf(z); axs[0, 2].contour(z); axs[0, 3].pcolormesh(z)
axs[1, 0].fill_between([1, 2], [3, 4]); axs[1, 1].step([1, 2], [3, 4]); axs[1, 2].stem([1, 2]); axs[1, 3].pie([1, 2], labels=['a', 'b'])
axs[2, 0].boxplot([1, 2, 3, 9]); axs[2, 1].quiver([1], [2], [3], [4]); axs[2, 2].barh(['a'], [2]); axs[2, 3].loglog([1, 10], [1, 100])
axs[2, 3].twinx().plot([1, 2])`);
    expect(shown.at(-1)?.summary).not.toBe('empty');
    expect(shown.at(-1)?.svg).not.toContain('NaN');
    expect(shown.at(-1)?.svg).not.toContain('nan');
  });
});

test('an unknown function takes anything and does not stop the script', () => {
  expect(draw('plt.no_such_plot(1, a=2).set(3); plt.gca().no_such_thing(1); print("on")').printed).toBe('on\n');
});

test('figures that are shown again have their new content, and the same ones are shown once', () => {
  draw('plt.ion(); plt.plot([1, 2]); plt.pause(0.1); plt.pause(0.1); plt.plot([2, 1]); plt.pause(0.1)');
  expect(shown.map(({ summary }) => summary)).toEqual(['1 line', '2 lines']);
  expect(shown[1].number).toBe(shown[0].number);
});

test('figures that pyplot numbers alike are several', () => {
  draw('plt.ioff(); plt.plot([1, 2]); plt.show(); plt.plot([2, 1]); plt.show()');
  expect(shown[1].number).toBe(shown[0].number + 1);
});

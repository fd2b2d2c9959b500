/** One Python on our engine that is asked the cases of an op, one by one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startInterpreter } from '../python/interpreter';
import { CaseTensors, type Row, type Tolerances } from './tensors';

export interface Check {
  /** forward, backward, double backward, variants, non-contiguous or errors */
  kind: string;
  /** null: as in PyTorch */
  why: string | null;
  call: string;
  /** Fails because a name is not there. */
  missing: boolean;
}

/** A line of a file of cases. */
export interface Case {
  id: string;
  unwritable?: string;
  /** Its tensors. */
  t?: Row[];
  /** The rest as it was written: JavaScript would make 1 of 1.0. */
  text: string;
}

export function readCase(line: string): Case {
  const { id, unwritable, t } = JSON.parse(line) as Omit<Case, 'text'>;
  // The tensors stand last.
  const end = line.indexOf(',"t":[');
  return { id, unwritable, t, text: end < 0 ? line : `${line.slice(0, end)}}` };
}

export interface Head {
  op: string;
  tolerances: Tolerances;
}

export class Court {
  private constructor(
    private readonly tensors: CaseTensors,
    private readonly ask: (text: string) => string,
  ) {}

  static async open(): Promise<Court> {
    const { python, bridge } = await startInterpreter();
    const tensors = new CaseTensors(bridge);
    python.registerJsModule('_judge', tensors.functions());
    python.FS.writeFile('/lib/backstep/driver.py', readFileSync(join(import.meta.dirname, '../judge/driver.py')));
    return new Court(tensors, python.pyimport('driver').judge);
  }

  /** What becomes of a case. */
  judge(head: Head, { t = [], text }: Case): Check[] {
    this.tensors.rows = t;
    this.tensors.tolerances = head.tolerances;
    const rows = JSON.parse(this.ask(text)) as [string, string | null, string | null, boolean][];
    return rows.map(([kind, call, why, missing]) => ({ kind, call: call ?? '', why, missing }));
  }
}

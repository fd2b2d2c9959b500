/**
 * Where the machine's files are for Python. POSIX paths are the same on both sides; `C:\work\a.py` is `/c/work/a.py` in Python, which
 * knows no drives.
 */
import { t } from '../protocol/l10n';

const DRIVE = /^([A-Za-z]):[\\/]/;

export function toPython(path: string): string {
  const drive = DRIVE.exec(path);
  if (!drive) return path;
  return `/${drive[1].toLowerCase()}/${path.slice(3).replaceAll('\\', '/')}`;
}

/** The machine's name of a Python path; paths outside of the mounted folders stay as they are. */
export function toHost(path: string, windows = process.platform === 'win32'): string {
  const drive = windows && /^\/([a-z])\/(.*)$/.exec(path);
  return drive ? `${drive[1].toUpperCase()}:\\${drive[2].replaceAll('/', '\\')}` : path;
}

/** Folders of Python's own file system: mounting over them would take Python away from under itself. */
const OWN = ['/lib', '/dev', '/proc', '/home/pyodide', '/usr'];

/** Why a folder of the machine cannot be mounted, or null. */
export function refuseMount(folder: string): string | null {
  const at = toPython(folder).replace(/\/+$/, '');
  if (at === '')
    return t('The file system\'s root cannot be the working folder: choose the folder that the script is in ("cwd").');
  const clash = OWN.find(
    (own) => at === own || own.startsWith(`${at}/`) || (own !== '/usr' && at.startsWith(`${own}/`)),
  );
  return clash
    ? t("{0} cannot be the working folder, because Python's own files are at {1}: move the script.", folder, clash)
    : null;
}
